//! The tables in `facts/`, whose notation they explain in their heads.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ocpp_tui::ocpp::Role;

use super::shape::{Shape, head, message_lines};

/// The messages of one version.
pub struct Table<'text> {
    /// By action, initiator and direction, so that they sort as the catalog does. `>` stands before `<`.
    messages: BTreeMap<(&'text str, Role, u8), Vec<Shape>>,
    /// The actions that XML does not have.
    json_only: BTreeSet<&'text str>,
    /// Action, direction, path, and what to change.
    json: Vec<(&'text str, u8, &'text str, &'text str)>,
}

const DIRECTIONS: [char; 2] = ['>', '<'];

impl<'text> Table<'text> {
    /// Reads a table. It is part of this test, so a mistake in it ends the test.
    pub fn parse(text: &'text str) -> Table<'text> {
        let mut table = Table { messages: BTreeMap::new(), json_only: BTreeSet::new(), json: Vec::new() };
        let (head, services) = text.split_once("\nservice ").unwrap();
        let types_of = |text: &'text str| {
            let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("json "));
            lines.filter_map(|line| line.strip_prefix("type ")).map(|line| line.split_once(" = ").unwrap())
        };
        let every = head.lines().find_map(|line| line.strip_prefix("every "));
        for service in services.split("\nservice ") {
            let (host, rest) = service.split_once('\n').unwrap();
            let plain = host.trim_end_matches(" in JSON only");
            let (host, is_json_only) = (plain, plain != host);
            let initiator = if host == "central-system" { Role::ChargePoint } else { Role::CentralSystem };
            let types = TableTypes { every, known: types_of(head).chain(types_of(rest)).collect() };
            let lines = rest.lines().map(str::trim).take_while(|line| !line.starts_with("json "));
            let mut action = "";
            for line in lines.filter(|line| !line.is_empty() && !line.starts_with("type ")) {
                match line.split_once(' ') {
                    None => action = line,
                    Some((direction, fields)) => {
                        let direction = u8::from(direction == "<");
                        let fields = types.fields(fields);
                        if is_json_only {
                            table.json_only.insert(action);
                        }
                        assert!(table.messages.insert((action, initiator, direction), fields).is_none(), "{action} twice");
                    }
                }
            }
        }
        for line in text.lines().filter_map(|line| line.strip_prefix("json ")) {
            let [action, direction, path, change] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            table.json.push((action, u8::from(direction == "<"), path, change));
        }
        table
    }

    pub fn xml_lines(&self) -> Vec<String> {
        let in_xml = self.messages.iter().filter(|((action, ..), _)| !self.json_only.contains(action));
        lines(in_xml, |shape| &shape.xml)
    }

    pub fn json_lines(&self) -> Vec<String> {
        let mut messages = self.messages.clone();
        for (action, direction, path, change) in &self.json {
            let matching = messages.iter_mut().filter(|((name, _, way), _)| name == action && way == direction);
            matching.for_each(|(_, fields)| apply(fields, path, change));
        }
        lines(&messages, |shape| &shape.json)
    }
}

fn lines<'shapes>(
    messages: impl IntoIterator<Item = (&'shapes (&'shapes str, Role, u8), &'shapes Vec<Shape>)>,
    name: fn(&Shape) -> &str,
) -> Vec<String> {
    let one = |((action, initiator, direction), fields): (&(&str, Role, u8), &Vec<Shape>)| {
        message_lines(&head(*initiator, action, DIRECTIONS[usize::from(*direction)]), fields, name)
    };
    messages.into_iter().flat_map(one).collect()
}

/// The types of a table, by name.
struct TableTypes<'text> {
    /// The field at the end of every object, but of the open ones; the types of a version that has one are named as JSON Schema does.
    every: Option<&'text str>,
    known: HashMap<&'text str, &'text str>,
}

impl<'text> TableTypes<'text> {
    /// Reads the fields of a message or an object.
    fn fields(&self, text: &'text str) -> Vec<Shape> {
        self.parse(&mut text.split(' ').chain(self.every).filter(|word| *word != "-"))
    }

    fn parse(&self, words: &mut dyn Iterator<Item = &'text str>) -> Vec<Shape> {
        let mut fields: Vec<Shape> = Vec::new();
        while let Some(word) = words.next() {
            let (name, type_name) = word.split_once(':').unwrap_or_else(|| panic!("{word} is no field"));
            if type_name == "(" {
                let mut inner = Vec::new();
                let mut mark = "";
                for word in &mut *words {
                    match word.strip_prefix(')') {
                        Some(found) => {
                            mark = found;
                            break;
                        }
                        None => inner.push(word),
                    }
                }
                let inner = self.parse(&mut inner.into_iter());
                fields.push(field(name, "", "fields".to_owned(), inner, mark));
            } else {
                let plain = &type_name[..type_name.find(['?', '*', '+']).unwrap_or(type_name.len())];
                let (named, kind, inner) = self.resolve(plain);
                fields.push(field(name, &named, kind, inner, &type_name[plain.len()..]));
            }
        }
        fields
    }

    fn resolve(&self, type_name: &'text str) -> (String, String, Vec<Shape>) {
        match self.known.get(type_name) {
            None => {
                let (named, kind) = self.simple(type_name);
                (named, kind, Vec::new())
            }
            Some(simple) if simple.starts_with(['{']) || simple.starts_with("text ") || simple.starts_with("decimal ") => {
                (type_name.to_owned(), (*simple).to_owned(), Vec::new())
            }
            Some(fields) => match fields.strip_prefix("open ") {
                Some(fields) => (type_name.to_owned(), "open fields".to_owned(), self.parse(&mut fields.split(' '))),
                None => (type_name.to_owned(), "fields".to_owned(), self.fields(fields)),
            },
        }
    }

    /// The name and the kind of a type that the table does not declare.
    fn simple(&self, type_name: &str) -> (String, String) {
        let word = type_name.split('[').next().unwrap_or_default();
        let kind = match (word, &type_name[word.len()..]) {
            ("string", limit) if !limit.is_empty() => format!("text {}", limit.trim_matches(['[', ']'])),
            ("int", limit) if self.every.is_some() => format!("integer {limit}"),
            ("number", limit) => format!("number {limit}"),
            _ => type_name.to_owned(),
        };
        let named = match word {
            _ if self.every.is_none() => format!("xs:{word}"),
            "int" => "integer".to_owned(),
            word => word.to_owned(),
        };
        (named, kind)
    }
}

fn field(name: &str, type_name: &str, kind: String, fields: Vec<Shape>, mark: &str) -> Shape {
    let (form, name) = match name.as_bytes()[0] {
        b'@' => ("attribute", &name[1..]),
        b'#' => ("text", &name[1..]),
        _ => ("element", name),
    };
    Shape {
        json: name.to_owned(),
        xml: name.to_owned(),
        kind,
        type_name: type_name.to_owned(),
        required: form != "attribute" && matches!(mark.as_bytes().first(), None | Some(b'+')),
        list: match mark.trim_start_matches('?').split_at_checked(1) {
            Some(("*", most)) => Some((0, most.parse().ok())),
            Some(("+", most)) => Some((1, most.parse().ok())),
            _ => None,
        },
        form,
        fields,
    }
}

fn apply(fields: &mut [Shape], path: &str, change: &str) {
    let (what, arguments) = change.split_once(' ').unwrap();
    if path == "." {
        return order(fields, arguments);
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let found = fields.iter_mut().find(|field| field.xml == first).unwrap_or_else(|| panic!("{first} is not a field"));
    if !rest.is_empty() {
        return apply(&mut found.fields, rest, change);
    }
    match what {
        "list" => {
            found.required = true;
            found.list = Some((arguments.parse().unwrap(), None));
        }
        "also" => found.kind = found.kind.replace(" }", &format!(" {arguments} }}")),
        "name" => arguments.clone_into(&mut found.json),
        "order" => order(&mut found.fields, arguments),
        _ => panic!("{change} is not known"),
    }
}

fn order(fields: &mut [Shape], names: &str) {
    fields.sort_by_key(|field| names.split(' ').position(|name| name == field.json).unwrap());
}
