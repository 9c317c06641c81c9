//! The state of the page with the device model of a station of OCPP 2.x: which components are open, which row is selected, what is
//! searched, the station to compare with. Its rows come from the facts about the stations; how they look is in `pane`.

use std::collections::{BTreeMap, BTreeSet};

use crate::ocpp::device_model::AttributeKind;
use crate::trace::StationKey;
use crate::trace::device_model::{ComponentKey, SeenAttribute, SeenComponent, SeenModel, SeenVariable, VariableKey};
use crate::trace::station_summary::StationSummaries;
use crate::tui::widget::Viewport;

/// The state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceModelPage {
    /// The station.
    pub station: StationKey,
    /// The station whose values are beside those of the first.
    pub other: Option<StationKey>,
    /// Only variables with this text in their component, name, value or type.
    pub search: String,
    /// Only variables in which the two stations differ.
    pub only_differences: bool,
    open: BTreeSet<ComponentKey>,
    /// What is selected. While it is not among the rows, the row of this number is.
    selected: (Option<TreePlace>, usize),
    viewport: Viewport,
}

/// An attribute of a variable: what is read and written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributePlace {
    /// The component.
    pub component: ComponentKey,
    /// The variable.
    pub variable: VariableKey,
    /// The attribute.
    pub kind: AttributeKind,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TreePlace {
    Component(ComponentKey),
    Attribute(AttributePlace),
}

/// A row of the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ModelRow<'a> {
    /// A component.
    Component {
        /// Which one.
        key: &'a ComponentKey,
        /// How many of its variables are shown when it is open.
        variables: usize,
        /// Whether its variables are shown.
        is_open: bool,
    },
    /// An attribute of a variable; the first one of a variable has its name.
    Attribute(AttributeRow<'a>),
}

/// An attribute of a variable of one or two stations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeRow<'a> {
    /// The component.
    pub component: &'a ComponentKey,
    /// The variable.
    pub variable: &'a VariableKey,
    /// Which attribute.
    pub kind: AttributeKind,
    /// Whether it is the first one of the variable.
    pub is_first: bool,
    /// What the station has.
    pub known: Option<&'a SeenVariable>,
    /// What the other station has.
    pub other: Option<&'a SeenVariable>,
}

impl<'a> AttributeRow<'a> {
    /// The attribute of the station.
    pub fn attribute(&self) -> Option<&'a SeenAttribute> {
        self.known?.attributes.get(&self.kind)
    }

    /// The attribute of the other station.
    pub fn other_attribute(&self) -> Option<&'a SeenAttribute> {
        self.other?.attributes.get(&self.kind)
    }

    /// Whether the two stations have different values.
    pub fn differs(&self) -> bool {
        self.attribute().map(|attribute| &attribute.value) != self.other_attribute().map(|attribute| &attribute.value)
    }

    /// Its place, to be kept.
    pub fn place(&self) -> AttributePlace {
        AttributePlace { component: self.component.clone(), variable: self.variable.clone(), kind: self.kind }
    }
}

impl ModelRow<'_> {
    fn is_at(&self, place: &TreePlace) -> bool {
        match (self, place) {
            (ModelRow::Component { key, .. }, TreePlace::Component(component)) => *key == component,
            (ModelRow::Attribute(row), TreePlace::Attribute(place)) => {
                (row.component, row.variable, row.kind) == (&place.component, &place.variable, place.kind)
            }
            _ => false,
        }
    }

    fn place(&self) -> TreePlace {
        match self {
            ModelRow::Component { key, .. } => TreePlace::Component((*key).clone()),
            ModelRow::Attribute(row) => TreePlace::Attribute(row.place()),
        }
    }
}

impl DeviceModelPage {
    /// The page of a station, all components shut.
    pub fn new(station: StationKey) -> DeviceModelPage {
        DeviceModelPage {
            station,
            other: None,
            search: String::new(),
            only_differences: false,
            open: BTreeSet::new(),
            selected: (None, 0),
            viewport: Viewport::default(),
        }
    }

    /// The rows, by component and variable. A search and the differences open what they find.
    pub fn rows<'a>(&self, facts: &'a StationSummaries) -> Vec<ModelRow<'a>> {
        let model_of = |station| facts.of(station).and_then(|facts| facts.model.as_deref()).map(SeenModel::components);
        let (ours, others) = (model_of(self.station), self.other.and_then(model_of));
        let keys: BTreeSet<&ComponentKey> = ours.into_iter().chain(others).flat_map(BTreeMap::keys).collect();
        let wanted = self.search.to_lowercase();
        let opens_all = !wanted.is_empty() || (self.only_differences && self.other.is_some());
        let mut rows = Vec::new();
        for key in keys {
            let component_found = contains(&key.to_string(), &wanted);
            let (known, other) = (ours.and_then(|model| model.get(key)), others.and_then(|model| model.get(key)));
            let mut found = attributes(key, known, other);
            found.retain(|row| component_found || is_found(row, &wanted));
            found.retain(|row| !self.only_differences || self.other.is_none() || row.differs());
            if found.is_empty() {
                continue;
            }
            let is_open = opens_all || self.open.contains(key);
            let variables = found.chunk_by(|one, next| one.variable == next.variable).count();
            rows.push(ModelRow::Component { key, variables, is_open });
            if is_open {
                // What was filtered out may have been the row with the name.
                let mut before = None;
                rows.extend(found.into_iter().map(|row| {
                    let is_first = before.replace(row.variable) != Some(row.variable);
                    ModelRow::Attribute(AttributeRow { is_first, ..row })
                }));
            }
        }
        rows
    }

    /// The index of the selected row.
    pub fn selected(&self, rows: &[ModelRow<'_>]) -> usize {
        let (place, number) = &self.selected;
        let found = place.as_ref().and_then(|place| rows.iter().position(|row| row.is_at(place)));
        found.unwrap_or(*number).min(rows.len().saturating_sub(1))
    }

    /// The first row on a screen with so many lines.
    pub fn top(&self, selected: usize, count: usize, height: usize) -> usize {
        self.viewport.top(selected, count, height)
    }

    /// Moves the selection by some rows.
    pub fn move_by(&mut self, lines: isize, rows: &[ModelRow<'_>], height: usize) {
        let from = self.selected(rows);
        let to = from.saturating_add_signed(lines).min(rows.len().saturating_sub(1));
        self.viewport.moved(from, to, rows.len(), height);
        self.selected = (rows.get(to).map(ModelRow::place), to);
    }

    /// Shows the variables of a component, or hides them and selects it.
    pub fn unfold(&mut self, component: ComponentKey, opens: bool) {
        if opens {
            self.open.insert(component);
        } else {
            self.open.remove(&component);
            self.selected.0 = Some(TreePlace::Component(component));
        }
    }

    /// Shows all variables; hides them when all are shown.
    pub fn unfold_all(&mut self, facts: &StationSummaries) {
        let model = facts.of(self.station).and_then(|facts| facts.model.as_deref());
        let all: BTreeSet<ComponentKey> = model.into_iter().flat_map(|model| model.components().keys().cloned()).collect();
        self.open = if all.is_subset(&self.open) { BTreeSet::new() } else { all };
    }
}

/// The attributes of a component of one or two stations.
fn attributes<'a>(
    component: &'a ComponentKey,
    known: Option<&'a SeenComponent>,
    other: Option<&'a SeenComponent>,
) -> Vec<AttributeRow<'a>> {
    let names: BTreeSet<&VariableKey> = known.into_iter().chain(other).flat_map(BTreeMap::keys).collect();
    let mut rows = Vec::new();
    for variable in names {
        let of = |component: Option<&'a SeenComponent>| component.and_then(|component| component.get(variable));
        let (known, other) = (of(known), of(other));
        let attributes = known.into_iter().chain(other).flat_map(|variable| variable.attributes.keys().copied());
        let mut kinds: BTreeSet<AttributeKind> = attributes.collect();
        if kinds.is_empty() {
            // Its monitors are known, but no value yet.
            kinds.insert(AttributeKind::Actual);
        }
        rows.extend(kinds.into_iter().map(|kind| AttributeRow { component, variable, kind, is_first: false, known, other }));
    }
    rows
}

fn is_found(row: &AttributeRow<'_>, wanted: &str) -> bool {
    let values = [row.attribute(), row.other_attribute()].into_iter().flatten().filter_map(|known| known.value.as_deref());
    let characteristics = row.known.and_then(|known| known.characteristics.as_ref());
    let type_words = characteristics.map(|known| known.describe()).unwrap_or_default();
    contains(&row.variable.to_string(), wanted)
        || contains(&type_words, wanted)
        || values.into_iter().any(|value| contains(value, wanted))
}

/// Whether a text contains another one, which is in lower case.
fn contains(text: &str, wanted: &str) -> bool {
    wanted.is_empty() || text.to_lowercase().contains(wanted)
}
