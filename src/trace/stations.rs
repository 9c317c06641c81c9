//! The stations of the session as the events describe them: one row each, kept up to date by the recorder, and the groups that they belong to. A
//! station may be in several groups; the first one is that of its line on the screen. How to reach a station
//! is known to the hub, not here.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{Direction, Event, EventKind, Frame, FrameKind, LinkSecurity, LinkState, RowKind, StationKey, UpstreamLink};
use crate::ocpp::{Role, Transport, Version};

/// One station.
#[derive(Debug, Clone, PartialEq)]
pub struct StationRow {
    /// Its number.
    pub key: StationKey,
    /// Its identity. Hostile: pass it through [`visible`](crate::sanitize) before it reaches a terminal.
    pub identity: Box<str>,
    /// The role that we play towards it: the central system for a real station, the charge point for one we simulate.
    pub our_role: Role,
    /// The state of its link.
    pub state: LinkState,
    /// The number of its last link.
    pub link: u64,
    /// The version of its last link.
    pub version: Option<Version>,
    /// How the messages of its last link travel.
    pub transport: Option<Transport>,
    /// The URL at which we call it over SOAP: the one in its From header, or the one that the user gave.
    pub callback: Option<Box<str>>,
    /// The other end of its last link.
    pub peer: Option<SocketAddr>,
    /// How its last link is protected.
    pub security: Option<LinkSecurity>,
    /// The URL that a simulated station connects to.
    pub url: Option<Box<str>>,
    /// The wall clock of its last event, microseconds since 1970.
    pub last_seen_micros: i64,
    /// Frames received.
    pub frames_in: u64,
    /// Frames sent.
    pub frames_out: u64,
    /// Error frames, malformed and invalid frames, timeouts.
    pub errors: u64,
    /// Calls of ours that wait for an answer.
    pub in_flight: u32,
    /// Calls of ours that wait to be sent.
    pub queued: u32,
    /// The latency of the last answer to one of our calls.
    pub latency: Option<Duration>,
    /// The round trip of the last ping.
    pub round_trip: Option<Duration>,
    /// The place of its first group among [`groups`](StationTable::groups).
    pub group: Option<u16>,
    /// Of a pair the link to its central system; everything else in the row is about the one to the station.
    pub upstream: Option<Box<UpstreamLink>>,
}

impl StationRow {
    /// A pair of which nothing is known yet but whose it is. Towards the station we stand for its central system.
    pub(crate) fn of_pair(key: StationKey, identity: &str) -> StationRow {
        StationRow { upstream: Some(Box::default()), ..StationRow::new(key, identity, Role::CentralSystem) }
    }

    /// What it stands for.
    pub fn kind(&self) -> RowKind {
        if self.is_pair() { RowKind::Pair } else { RowKind::Station(self.our_role) }
    }

    /// Whether it is a pair: we pass its frames on to its central system.
    pub fn is_pair(&self) -> bool {
        self.upstream.is_some()
    }

    /// Whether calls of this role of ours can go to it. Of a pair both: those of a charge point go to the central system.
    pub fn takes_role(&self, our_role: Role) -> bool {
        self.our_role == our_role || self.is_pair()
    }

    /// A station that nothing is known of yet but who it is.
    pub(crate) fn new(key: StationKey, identity: &str, our_role: Role) -> StationRow {
        StationRow {
            key,
            identity: identity.into(),
            our_role,
            state: LinkState::New,
            link: 0,
            version: None,
            transport: None,
            callback: None,
            peer: None,
            security: None,
            url: None,
            last_seen_micros: 0,
            frames_in: 0,
            frames_out: 0,
            errors: 0,
            in_flight: 0,
            queued: 0,
            latency: None,
            round_trip: None,
            group: None,
            upstream: None,
        }
    }

    /// Whether it is one of our own charge points.
    pub fn is_simulated(&self) -> bool {
        self.our_role == Role::ChargePoint
    }

    fn apply(&mut self, event: &Event, latency: Option<Duration>) {
        match &event.kind {
            EventKind::Frame(frame) => self.count(frame, latency),
            EventKind::Connecting { url } => {
                self.state = LinkState::Connecting;
                self.url = Some(url.clone());
            }
            EventKind::Connected { link, version, transport, peer, handshake } => {
                self.security = Some(LinkSecurity { tls: handshake.tls.is_some(), proof: handshake.proof });
                self.state = LinkState::Connected;
                self.transport = Some(*transport);
                self.link = *link;
                self.version = Some(*version);
                // A log may not say who the other end was.
                self.peer = Some(*peer).filter(|peer| !peer.ip().is_unspecified());
            }
            EventKind::Disconnected { link, .. } if *link == self.link => {
                self.state = LinkState::Gone;
                (self.in_flight, self.queued) = (0, 0);
            }
            EventKind::Retry { after, .. } => {
                let until_micros = event.stamp.monotonic_micros + after.as_micros() as u64;
                self.state = LinkState::Waiting { until_micros };
            }
            EventKind::Timeout { .. } | EventKind::Unreachable { .. } => self.errors += 1,
            EventKind::LinkKnown { link, version, transport, peer, up } => {
                // What the row knows is newer, or the same.
                if self.link != *link {
                    self.state = if *up { LinkState::Connected } else { LinkState::Gone };
                    (self.link, self.peer) = (*link, *peer);
                    (self.version, self.transport) = (Some(*version), Some(*transport));
                }
            }
            EventKind::Callback { url } => self.callback.clone_from(url),
            EventKind::Ping { round_trip: Some(round_trip), .. } => self.round_trip = Some(*round_trip),
            EventKind::Queue { in_flight, queued } => (self.in_flight, self.queued) = (*in_flight, *queued),
            EventKind::Upstream(kind) => {
                if let Some(upstream) = &mut self.upstream {
                    upstream.apply(event, kind);
                }
                return;
            }
            EventKind::Disconnected { .. }
            | EventKind::PairAdded { .. }
            | EventKind::Unanswered { .. }
            | EventKind::Ping { .. }
            | EventKind::Refused { .. }
            | EventKind::StationAdded { .. }
            | EventKind::Grouped { .. }
            | EventKind::Held { .. }
            | EventKind::Released { .. }
            | EventKind::Listening { .. }
            | EventKind::Note { .. }
            | EventKind::TypedNote(_)
            | EventKind::Toast { .. } => {}
        }
        let by_ourselves = matches!(
            event.kind,
            EventKind::Queue { .. }
                | EventKind::Connecting { .. }
                | EventKind::Retry { .. }
                | EventKind::Callback { .. }
                | EventKind::LinkKnown { .. }
                | EventKind::Grouped { .. }
        );
        if !by_ourselves {
            self.last_seen_micros = event.stamp.wall_micros;
        }
    }

    fn count(&mut self, frame: &Frame, latency: Option<Duration>) {
        match frame.direction {
            Direction::In => self.frames_in += 1,
            Direction::Out => self.frames_out += 1,
        }
        let faulty = frame.kind.is_error()
            || frame.kind == FrameKind::Malformed
            || frame.findings.iter().any(|finding| !finding.tolerated);
        self.errors += u64::from(faulty);
        if frame.direction == Direction::In && latency.is_some() {
            self.latency = latency;
        }
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its name. Hostile: pass it through [`visible`](crate::sanitize) before it reaches a terminal.
    pub name: Arc<str>,
    /// Its stations, in the order of their keys.
    pub members: Vec<StationKey>,
    /// Of the stations whose first group it is: how many there are, how many have a link that is up, and their errors.
    pub first: GroupCounts,
}

/// What is counted of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupCounts {
    /// Stations.
    pub stations: usize,
    /// Stations with a link that is up.
    pub connected: usize,
    /// Their errors.
    pub errors: u64,
}

/// All groups, in the order in which they came.
#[derive(Debug, Default)]
struct StationGroups {
    rows: Vec<GroupRow>,
    /// How often a station was put into a group.
    changes: u64,
}

impl StationGroups {
    fn rows(&self) -> &[GroupRow] {
        &self.rows
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    /// Puts a station into a group; returns the place of the group, or `None` when it is in it already.
    fn add(&mut self, name: &Arc<str>, station: StationKey) -> Option<u16> {
        let place = match self.rows.iter().position(|row| row.name == *name) {
            Some(place) => place,
            None => {
                self.rows.push(GroupRow { name: name.clone(), members: Vec::new(), first: GroupCounts::default() });
                self.rows.len() - 1
            }
        };
        let members = &mut self.rows[place].members;
        let Err(at) = members.binary_search(&station) else { return None };
        members.insert(at, station); // at the end, unless the user puts older ones into it
        self.changes += 1;
        u16::try_from(place).ok()
    }

    /// The counts of a group.
    fn counts(&mut self, place: u16) -> Option<&mut GroupCounts> {
        self.rows.get_mut(usize::from(place)).map(|row| &mut row.first)
    }
}

/// All stations, in the order of their keys.
#[derive(Debug, Default)]
pub struct StationTable {
    rows: Vec<StationRow>,
    by_identity: HashMap<(Role, Box<str>), StationKey>,
    pairs: HashMap<Box<str>, StationKey>,
    connected: usize,
    errors: u64,
    versions: HashSet<Version>,
    transports: HashSet<Transport>,
    roles: HashSet<Role>,
    groups: StationGroups,
}

impl StationTable {
    /// All rows; a station's key is its index.
    pub fn rows(&self) -> &[StationRow] {
        &self.rows
    }

    /// One row.
    pub fn get(&self, key: StationKey) -> Option<&StationRow> {
        self.rows.get(key.0 as usize)
    }

    /// Adds a row. Keys come without gaps; what does not follow the last row is ignored.
    fn add(&mut self, key: StationKey, our_role: Role, identity: &str) {
        if key.0 as usize == self.rows.len() {
            self.by_identity.insert((our_role, identity.into()), key);
            self.rows.push(StationRow::new(key, identity, our_role));
            self.roles.insert(our_role);
        }
    }

    fn add_pair(&mut self, key: StationKey, identity: &str) {
        if key.0 as usize == self.rows.len() {
            self.pairs.insert(identity.into(), key);
            self.rows.push(StationRow::of_pair(key, identity));
        }
    }

    /// Finds a pair by the identity of its station.
    pub fn find_pair(&self, identity: &str) -> Option<&StationRow> {
        self.pairs.get(identity).and_then(|key| self.get(*key))
    }

    /// Whether there is a pair.
    pub fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// How many stations have a link that is up.
    pub fn connected(&self) -> usize {
        self.connected
    }

    /// The errors of all stations.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Whether links of different versions were up in this session.
    pub fn has_mixed_versions(&self) -> bool {
        self.versions.len() > 1
    }

    /// Whether links of different transports were up in this session.
    pub fn has_mixed_transports(&self) -> bool {
        self.transports.len() > 1
    }

    /// Whether there is a station towards which we play this role.
    pub fn has_role(&self, our_role: Role) -> bool {
        self.roles.contains(&our_role)
    }

    /// The groups, in the order in which they came.
    pub fn groups(&self) -> &[GroupRow] {
        self.groups.rows()
    }

    /// The group with this name.
    pub fn group(&self, name: &str) -> Option<&GroupRow> {
        self.groups().iter().find(|group| *group.name == *name)
    }

    /// How often a station was put into a group.
    pub fn group_changes(&self) -> u64 {
        self.groups.changes()
    }

    /// Puts a station into a group.
    fn put_into_group(&mut self, key: StationKey, name: &Arc<str>) {
        let Some(row) = self.rows.get_mut(key.0 as usize) else { return };
        let Some(group) = self.groups.add(name, key) else { return };
        if row.group.is_none() {
            row.group = Some(group);
            if let Some(counts) = self.groups.counts(group) {
                counts.stations += 1;
                counts.connected += usize::from(row.state == LinkState::Connected);
                counts.errors += row.errors;
            }
        }
    }

    /// Brings the table up to date with an event. `latency` is that of the exchange which the event closes.
    pub(super) fn apply(&mut self, event: &Event, latency: Option<Duration>) {
        if let EventKind::StationAdded { key, our_role, identity } = &event.kind {
            return self.add(*key, *our_role, identity);
        }
        if let EventKind::PairAdded { key, identity } = &event.kind {
            return self.add_pair(*key, identity);
        }
        if let (EventKind::Grouped { group }, Some(key)) = (&event.kind, event.station) {
            return self.put_into_group(key, group);
        }
        let Some(row) = event.station.and_then(|key| self.rows.get_mut(key.0 as usize)) else { return };
        let (before, errors) = (row.state, row.errors);
        row.apply(event, latency);
        self.errors += row.errors - errors;
        if let EventKind::Connected { version, transport, .. } | EventKind::LinkKnown { version, transport, .. } = &event.kind {
            self.versions.insert(*version);
            self.transports.insert(*transport);
        }
        let counts = row.group.and_then(|group| self.groups.counts(group));
        let mut nothing = GroupCounts::default();
        let counts = counts.unwrap_or(&mut nothing);
        counts.errors += row.errors - errors;
        match (before == LinkState::Connected, row.state == LinkState::Connected) {
            (false, true) => (self.connected, counts.connected) = (self.connected + 1, counts.connected + 1),
            (true, false) => (self.connected, counts.connected) = (self.connected - 1, counts.connected.saturating_sub(1)),
            _ => {}
        }
    }

    /// Finds a station by our role towards it and its identity.
    pub fn find(&self, our_role: Role, identity: &str) -> Option<&StationRow> {
        self.by_identity.get(&(our_role, Box::from(identity))).and_then(|key| self.get(*key))
    }
}

#[cfg(test)]
impl StationTable {
    /// A table of these rows, whose keys are their places.
    pub(crate) fn of(rows: impl IntoIterator<Item = StationRow>) -> StationTable {
        let rows: Vec<StationRow> = rows.into_iter().collect();
        let one_link = rows.iter().filter(|row| !row.is_pair());
        let by_identity = one_link.map(|row| ((row.our_role, row.identity.clone()), row.key)).collect();
        let pairs = rows.iter().filter(|row| row.is_pair()).map(|row| (row.identity.clone(), row.key)).collect();
        let connected = rows.iter().filter(|row| row.state == LinkState::Connected).count();
        let errors = rows.iter().map(|row| row.errors).sum();
        let versions = rows.iter().filter_map(|row| row.version).collect();
        let transports = rows.iter().filter_map(|row| row.transport).collect();
        let roles = rows.iter().map(|row| row.our_role).collect();
        let groups = StationGroups::default();
        StationTable { rows, by_identity, pairs, connected, errors, versions, transports, roles, groups }
    }
}
