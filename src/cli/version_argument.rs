//! A version of OCPP on the command line, with those that there are in the error.

use ocpp_tui::ocpp::Version;

/// Reads a version.
pub fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Version::ALL.iter().map(|version| version.subprotocol()).collect();
        format!("it is one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_versions() {
        assert_eq!(version("ocpp2.0.1"), Ok(Version::V2_0_1));
        assert!(version("ocpp9").unwrap_err().contains("ocpp1.6, ocpp2.0.1"));
    }
}
