//! Lines about SOAP: transports, addresses to call back, probes.

use super::*;
use crate::console::command::Command;
use crate::console::fixture::grammar;
use crate::console::target::Target;
use crate::ocpp::Transport;

fn command(line: &str) -> Command {
    parse(line, &grammar()).unwrap_or_else(|error| panic!("{line}: {error}")).unwrap()
}

#[test]
fn transports_and_addresses() {
    let target = || Target::These(vec!["CP1".to_owned()]);
    let at = |url: Option<&str>| Command::CallAt { target: target(), url: url.map(str::to_owned) };
    assert_eq!(command("set station CP1 callback=http://h:1/x"), at(Some("http://h:1/x")));
    assert_eq!(command("set station CP1 callback="), at(None));
    assert_eq!(command("probe CP1"), Command::Probe { target: target() });
    for wrong in ["set station", "set station CP1", "set station CP1 callback=h:1", "set station CP1 other=1"] {
        assert!(parse(wrong, &grammar()).is_err(), "{wrong}");
    }
    for (name, transports) in [("soap", vec![Transport::Soap]), ("both", Transport::ALL.to_vec())] {
        let Command::StartCentralSystem(options) = command(&format!("start_cs 9000 -t {name}")) else { panic!() };
        assert_eq!(options.transports, transports);
    }
}
