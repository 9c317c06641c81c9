//! The attributes that a variable of the device model may have, and who may read and write them.

/// What an attribute is of its variable (OCPP 2.0.1 part 2, `AttributeEnumType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeKind {
    /// The value as it is.
    Actual,
    /// The value that the machine should reach.
    Target,
    /// The least target.
    MinSet,
    /// The highest target.
    MaxSet,
}

impl AttributeKind {
    /// All of them.
    pub const ALL: [AttributeKind; 4] =
        [AttributeKind::Actual, AttributeKind::Target, AttributeKind::MinSet, AttributeKind::MaxSet];

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            AttributeKind::Actual => "Actual",
            AttributeKind::Target => "Target",
            AttributeKind::MinSet => "MinSet",
            AttributeKind::MaxSet => "MaxSet",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<AttributeKind> {
        AttributeKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Who may do what with an attribute (OCPP 2.0.1 part 2, `MutabilityEnumType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableMutability {
    /// The CSMS may read it.
    ReadOnly,
    /// The CSMS may set it and never sees it.
    WriteOnly,
    /// The CSMS may read and set it.
    ReadWrite,
}

impl VariableMutability {
    /// All of them.
    pub const ALL: [VariableMutability; 3] =
        [VariableMutability::ReadOnly, VariableMutability::WriteOnly, VariableMutability::ReadWrite];

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            VariableMutability::ReadOnly => "ReadOnly",
            VariableMutability::WriteOnly => "WriteOnly",
            VariableMutability::ReadWrite => "ReadWrite",
        }
    }

    /// The mutability with this name.
    pub fn named(name: &str) -> Option<VariableMutability> {
        VariableMutability::ALL.into_iter().find(|mutability| mutability.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        assert!(AttributeKind::ALL.into_iter().all(|kind| AttributeKind::named(kind.name()) == Some(kind)));
        assert!(VariableMutability::ALL.into_iter().all(|it| VariableMutability::named(it.name()) == Some(it)));
        assert_eq!((AttributeKind::named("actual"), VariableMutability::named("")), (None, None));
    }
}
