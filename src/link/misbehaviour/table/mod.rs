//! The misbehaviours: one row each, of which the command, its help and completion, the documentation and the tests are made. How each is
//! carried out is in `answer`, `request`, `odd_writer`, `tls` and the actor of a link.

mod handshake_rows;
mod link_rows;
mod opening_rows;
mod soap_rows;

use super::spec::MisbehaviourSpec;

/// The rows, by what they are about.
const GROUPS: [&[MisbehaviourSpec]; 4] =
    [opening_rows::OPENING, handshake_rows::HANDSHAKE, link_rows::LINK, soap_rows::SOAP_ANSWER];

const COUNT: usize = GROUPS[0].len() + GROUPS[1].len() + GROUPS[2].len() + GROUPS[3].len();

/// All misbehaviours, in the order in which they are listed.
pub const MISBEHAVIOURS: &[MisbehaviourSpec] = {
    const ALL: [MisbehaviourSpec; COUNT] = {
        let mut all = [GROUPS[0][0]; COUNT];
        let (mut place, mut group) = (0, 0);
        while group < GROUPS.len() {
            let mut row = 0;
            while row < GROUPS[group].len() {
                all[place] = GROUPS[group][row];
                (place, row) = (place + 1, row + 1);
            }
            group += 1;
        }
        all
    };
    &ALL
};

impl MisbehaviourSpec {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static MisbehaviourSpec> {
        MISBEHAVIOURS.iter().find(|spec| spec.name == name)
    }
}
