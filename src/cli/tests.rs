//! What the words of the shell mean.

use super::*;

#[test]
fn the_definition_of_the_arguments_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn commands_of_the_prompt_pass_through_with_their_options() {
    let cli = Cli::parse_from(["ocpp-tui", "--plain", "start_cs", "9000", "-p", "ocpp1.2,ocpp1.5", "-u", "/x"]);
    let Some(Begin::Line(words)) = cli.command else { panic!("{cli:?}") };
    assert_eq!(words, ["start_cs", "9000", "-p", "ocpp1.2,ocpp1.5", "-u", "/x"]);
    assert!(cli.general.plain);
}

#[test]
fn general_options_count_wherever_they_stand() {
    let words = "ocpp-tui start_cs 9000 --with-attr-at -u /x --samples ocppjs --log-format=jsonl";
    let cli = Cli::parse_from(generals_first(words.split(' ').map(OsString::from).collect()));
    let Some(Begin::Line(rest)) = &cli.command else { panic!("{cli:?}") };
    assert_eq!(rest, &["start_cs", "9000", "-u", "/x"]);
    let wanted = Profile { samples: Samples::Ocppjs, meter_mapping: MeterMapping::AttributesBeside };
    assert_eq!((cli.general.profile(), cli.general.log_format), (wanted, LogFormatArgument::Jsonl));
    let cli = Cli::parse_from(generals_first(["ocpp-tui", "send_raw", "--", "--plain"].map(OsString::from).to_vec()));
    assert!(!cli.general.plain);
}

#[test]
fn the_bounds_of_plugins_are_read_wherever_they_stand() {
    let words = "ocpp-tui cs --plugin-memory 32M --port 9000 --plugin-time=500";
    let cli = Cli::parse_from(generals_first(words.split(' ').map(OsString::from).collect()));
    let options = cli.general.plugins.options(None, None);
    assert_eq!((options.memory, options.time.as_millis()), (32 << 20, 500));
    let options = Cli::parse_from(["ocpp-tui", "cs"]).general.plugins.options(None, None);
    assert_eq!((options.memory, options.time.as_millis()), (16 << 20, 200));
    for wrong in ["--plugin-memory=1k", "--plugin-memory=lots", "--plugin-time=0", "--plugin-time=60001"] {
        assert!(Cli::try_parse_from(["ocpp-tui", wrong, "cs"]).is_err(), "{wrong}");
    }
}

#[test]
fn help_is_a_command_of_the_prompt() {
    let cli = Cli::parse_from(["ocpp-tui", "help"]);
    assert!(matches!(cli.command, Some(Begin::Line(words)) if words == ["help"]));
}

#[test]
fn several_charge_points_and_versions_are_taken() {
    let cli = Cli::parse_from(["ocpp-tui", "cp", "ws://h:1", "A", "B", "--protocol", "ocpp1.5"]);
    let Some(Begin::Cp(points)) = cli.command else { panic!("{cli:?}") };
    assert_eq!((points.identities.len(), points.protocol), (2, Version::V1_5));
    assert!(Cli::try_parse_from(["ocpp-tui", "cp", "ws://h:1", "A", "--protocol", "ocpp9"]).is_err());
    assert!(Cli::try_parse_from(["ocpp-tui", "cp", "ws://h:1"]).is_err());
}
