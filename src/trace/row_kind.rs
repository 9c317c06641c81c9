//! What a row of the stations stands for: a station and our role towards it, or a pair.

use crate::ocpp::Role;

/// What a row of stations stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// A station towards which we play this role.
    Station(Role),
    /// A pair.
    Pair,
}

impl RowKind {
    /// All kinds.
    pub const ALL: [RowKind; 3] = [RowKind::Station(Role::ChargePoint), RowKind::Station(Role::CentralSystem), RowKind::Pair];

    /// The name in exports, captures and filters.
    pub const fn name(self) -> &'static str {
        match self {
            RowKind::Station(our_role) => our_role.short(),
            RowKind::Pair => "proxy",
        }
    }

    /// The role that we play towards the station. Towards the one of a pair we stand for its central system.
    pub const fn our_role(self) -> Role {
        match self {
            RowKind::Station(our_role) => our_role,
            RowKind::Pair => Role::CentralSystem,
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<RowKind> {
        RowKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its place among all.
    pub fn place(self) -> usize {
        match self {
            RowKind::Station(our_role) => our_role as usize,
            RowKind::Pair => Role::ALL.len(),
        }
    }
}
