//! Reading of directories: good, foreign, missing, broken and hostile ones.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::ocpp::ActionLookup;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl")
}

/// A copy of the shipped definitions in which one file was changed; `None` removes it.
fn changed(file: &str, change: impl Fn(String) -> Option<String>) -> (TempDir, LoadedCatalog) {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(shipped()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        if let Some(text) = if name == file { change(text) } else { Some(text) } {
            fs::write(folder.path().join(name), text).unwrap();
        }
    }
    let loaded = read_directory(folder.path()).unwrap();
    (folder, loaded)
}

fn counts(loaded: &LoadedCatalog) -> [usize; 3] {
    Version::SOAP.map(|version| loaded.catalog.actions(version).len())
}

#[test]
fn the_built_in_definitions_are_complete_and_without_warnings() {
    let loaded = read_embedded();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(counts(&loaded), [18, 25, 40]);
}

#[test]
fn a_directory_reads_like_the_built_in_files() {
    let loaded = read_directory(&shipped()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(format!("{:?}", loaded.catalog), format!("{:?}", read_embedded().catalog));
}

#[test]
fn an_unreadable_directory_is_an_error_that_names_it() {
    let error = read_directory(Path::new("/no/such/folder")).unwrap_err().to_string();
    assert!(error.contains("/no/such/folder") && error.contains("leave the option out"), "{error}");
}

#[test]
fn a_missing_file_costs_its_version_and_no_other() {
    let (_folder, loaded) = changed("ocpp-1.5-charge-point.wsdl", |_| None);
    assert_eq!(counts(&loaded), [18, 0, 40]);
    let [warning] = &loaded.warnings[..] else { panic!("{:?}", loaded.warnings) };
    assert_eq!((warning.file(), warning.versions()), ("ocpp-1.5-charge-point.wsdl", &[Version::V1_5][..]));
    assert!(warning.to_string().contains("1.5"));
    let found = loaded.catalog.lookup(Version::V1_5, Role::ChargePoint, "Heartbeat");
    assert!(matches!(found, ActionLookup::NoDefinitions));
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let (_folder, loaded) =
        changed("ocpp-1.6-central-system.wsdl", |text| Some(text.replacen("</s:complexType>", "</s:complexTyp>", 1)));
    assert_eq!(counts(&loaded), [18, 25, 0]);
    let [warning @ DefinitionWarning::Broken { line, column: Some(_), versions, .. }] = &loaded.warnings[..] else {
        panic!("{:?}", loaded.warnings)
    };
    assert!(*line > 30 && *versions == [Version::V1_6]);
    let text = warning.to_string();
    assert!(text.starts_with(&format!("ocpp-1.6-central-system.wsdl, line {line}, column")), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn a_reference_to_nothing_is_a_fault_at_the_reference() {
    let (_folder, loaded) =
        changed("ocpp-1.2-charge-point.wsdl", |text| Some(text.replacen("type=\"tns:ResetType\"", "type=\"tns:Restype\"", 1)));
    assert_eq!(counts(&loaded), [0, 25, 40]);
    assert!(loaded.warnings[0].to_string().contains("the type Restype is not declared"), "{}", loaded.warnings[0]);
}

#[test]
fn a_broken_overlay_costs_the_json_of_its_version() {
    let (_folder, loaded) =
        changed("ocpp-1.6-json.overlay.toml", |text| Some(text.replace("sampledValue.unit", "sampledValue.unite")));
    assert_eq!(counts(&loaded), [18, 25, 0]);
    assert!(loaded.warnings[0].to_string().contains("sampledValue.unite"), "{}", loaded.warnings[0]);
    let (_folder, loaded) = changed("ocpp-1.6-json.overlay.toml", |_| Some("version = 1.6".to_owned()));
    assert_eq!(counts(&loaded), [18, 25, 0]);
}

#[test]
fn an_extension_of_the_directory_takes_the_place_of_the_built_in_one() {
    let file = "ocpp-1.6-security.extension.toml";
    let (_folder, loaded) = changed(file, |_| None);
    assert_eq!((counts(&loaded), loaded.warnings.len()), ([18, 25, 40], 0));
    let one = |text: String| {
        let (types, actions) = text.split_once("\n[[action]]\n").unwrap();
        let (first, _) = actions.split_once("\n[[action]]\n").unwrap();
        Some(format!("{types}\n[[action]]\n{first}"))
    };
    let (_folder, loaded) = changed(file, one);
    assert_eq!((counts(&loaded), loaded.warnings.len()), ([18, 25, 30], 0));
}

#[test]
fn a_broken_extension_costs_its_version_and_is_named_with_its_line() {
    let file = "ocpp-1.6-security.extension.toml";
    for (good, slip, word) in [
        ("type = \"LogEnumType\"", "type = \"LogEnum\"", "the type LogEnum is not declared"),
        ("name = \"GetLog\"", "name = \"ClearCache\"", "has an action ClearCache already"),
        ("optional = true", "optional = 1", "expected a boolean"),
    ] {
        let (_folder, loaded) = changed(file, |text| Some(text.replacen(good, slip, 1)));
        assert_eq!(counts(&loaded), [18, 25, 0], "{slip}");
        let text = loaded.warnings[0].to_string();
        assert!(text.starts_with(&format!("{file}, line ")) && text.contains(word), "{text}");
    }
}

#[test]
fn files_may_have_other_names_and_those_of_our_own_may_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    for (position, entry) in fs::read_dir(shipped()).unwrap().enumerate() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wsdl") {
            fs::copy(&path, folder.path().join(format!("service{position}.WSDL"))).unwrap();
        }
    }
    let loaded = read_directory(folder.path()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(format!("{:?}", loaded.catalog), format!("{:?}", read_embedded().catalog));
    fs::copy(shipped().join("ocpp-1.2-charge-point.wsdl"), folder.path().join("twice.wsdl")).unwrap();
    let loaded = read_directory(folder.path()).unwrap();
    assert!(matches!(&loaded.warnings[..], [DefinitionWarning::Twice { file, .. }] if file == "twice.wsdl"));
    assert_eq!(counts(&loaded), [18, 25, 40]);
}

#[test]
fn an_empty_directory_has_six_missing_files() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = read_directory(folder.path()).unwrap();
    assert_eq!(loaded.warnings.len(), 6);
    assert_eq!(counts(&loaded), [0, 0, 0]);
}

#[test]
fn a_directory_in_place_of_a_file_and_bytes_that_are_no_text_are_warnings() {
    let (folder, _) = changed("ocpp-1.2-charge-point.wsdl", |_| None);
    fs::create_dir(folder.path().join("ocpp-1.2-charge-point.wsdl")).unwrap();
    fs::write(folder.path().join("ocpp-1.5-charge-point.wsdl"), [0xff, 0xfe, 0x00]).unwrap();
    let loaded = read_directory(folder.path()).unwrap();
    assert_eq!(counts(&loaded), [0, 0, 40]);
    assert_eq!(loaded.warnings.len(), 2, "{:?}", loaded.warnings);
}

#[test]
fn types_without_an_end_are_refused() {
    let itself = "<s:complexType name=\"IdTagInfo\"><s:sequence><s:element name=\"a\" type=\"tns:IdTagInfo\"/></s:sequence></s:complexType>";
    let (_folder, loaded) = changed("ocpp-1.2-central-system.wsdl", |text| {
        let start = text.find("<s:complexType name=\"IdTagInfo\">").unwrap();
        let end = start + text[start..].find("</s:complexType>").unwrap() + "</s:complexType>".len();
        Some(format!("{}{itself}{}", &text[..start], &text[end..]))
    });
    assert!(loaded.warnings[0].to_string().contains("contains itself"), "{}", loaded.warnings[0]);

    let mut bomb = String::new();
    for level in 0..12 {
        let inner =
            (0..10).map(|field| format!("<s:element name=\"f{field}\" type=\"tns:B{}\"/>", level + 1)).collect::<String>();
        bomb += &format!("<s:complexType name=\"B{level}\"><s:sequence>{inner}</s:sequence></s:complexType>");
    }
    bomb += "<s:complexType name=\"B12\"/>";
    let (_folder, loaded) = changed("ocpp-1.2-central-system.wsdl", |text| {
        let text = text.replacen("type=\"tns:IdTagInfo\"", "type=\"tns:B0\"", 1);
        Some(text.replacen("</s:schema>", &format!("{bomb}</s:schema>"), 1))
    });
    assert!(loaded.warnings[0].to_string().contains("contain each other"), "{}", loaded.warnings[0]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_damage_to_a_file_makes_the_reader_panic(at in 0.0f64..1.0, length in 0usize..200, put in "[<>\"'=&;/!\\[\\]a-z:{ \\n]{0,8}") {
        for source in source::embedded() {
            let text = source.text.unwrap();
            let start = text.floor_char_boundary((at * text.len() as f64) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
            let mut reading = Reading::default();
            reading.read(DefinitionSource { name: source.name, text: Ok(damaged) });
            reading.finish();
        }
    }
}
