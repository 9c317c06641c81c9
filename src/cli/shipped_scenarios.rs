//! The scenarios that come with the program, embedded, so that it needs no files beside it. The list is generated:
//! `UPDATE_DOCS=1 cargo test --bin ocpp-tui shipped` writes it after a file was added or removed.

use ocpp_tui::scenario::ShippedFiles;

/// The files with these names below `examples/scenarios`, with their texts.
macro_rules! embedded {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../../examples/scenarios/", $name)))),*]
    };
}

/// All files below `examples/scenarios` that scenarios or editors read.
pub const SHIPPED_FILES: ShippedFiles = ShippedFiles(embedded! {
    // the list begins
    "central-system/core.js",
    "central-system/errors.js",
    "central-system/firmware.js",
    "central-system/reconnect.js",
    "central-system/remote.js",
    "central-system/smart-charging.js",
    "certification/central-system/tc-001-cold-boot.js",
    "certification/central-system/tc-003-charging-cable-first.js",
    "certification/central-system/tc-004-charging-card-first.js",
    "certification/central-system/tc-005-ev-side-disconnected.js",
    "certification/central-system/tc-007-cached-tag.js",
    "certification/central-system/tc-010-remote-start-cable-first.js",
    "certification/central-system/tc-011-remote-start-first.js",
    "certification/central-system/tc-012-remote-stop.js",
    "certification/central-system/tc-013-014-reset.js",
    "certification/central-system/tc-017-unlock-free-connector.js",
    "certification/central-system/tc-018-unlock-while-charging.js",
    "certification/central-system/tc-019-configuration-is-read.js",
    "certification/central-system/tc-021-configuration-is-changed.js",
    "certification/central-system/tc-023-authorize-expired-blocked.js",
    "certification/central-system/tc-024-lock-failure.js",
    "certification/central-system/tc-026-remote-start-rejected.js",
    "certification/central-system/tc-028-remote-stop-rejected.js",
    "certification/central-system/tc-030-031-unlock-fails.js",
    "certification/central-system/tc-032-power-failure.js",
    "certification/central-system/tc-037-offline-start.js",
    "certification/central-system/tc-039-offline-transaction.js",
    "certification/central-system/tc-040-configuration-is-refused.js",
    "certification/central-system/tc-042-local-list-version.js",
    "certification/central-system/tc-043-local-list-is-sent.js",
    "certification/central-system/tc-044-firmware.js",
    "certification/central-system/tc-045-diagnostics.js",
    "certification/central-system/tc-046-reservation-is-used.js",
    "certification/central-system/tc-047-reservation-expires.js",
    "certification/central-system/tc-048-reservation-is-refused.js",
    "certification/central-system/tc-049-charge-point-is-reserved.js",
    "certification/central-system/tc-051-052-reservation-is-cancelled.js",
    "certification/central-system/tc-053-reservation-of-a-group.js",
    "certification/central-system/tc-054-055-trigger.js",
    "certification/central-system/tc-056-default-charging-profile.js",
    "certification/central-system/tc-057-transaction-charging-profile.js",
    "certification/central-system/tc-059-remote-start-with-profile.js",
    "certification/central-system/tc-061-cache-is-cleared.js",
    "certification/central-system/tc-064-data-transfer.js",
    "certification/central-system/tc-066-composite-schedule.js",
    "certification/central-system/tc-067-charging-profile-is-cleared.js",
    "certification/central-system/tc-073-password.js",
    "certification/central-system/tc-074-charge-point-certificate.js",
    "certification/central-system/tc-075-root-certificate-is-installed.js",
    "certification/central-system/tc-076-certificate-is-deleted.js",
    "certification/central-system/tc-077-078-certificate-is-not-valid.js",
    "certification/central-system/tc-079-security-log.js",
    "certification/central-system/tc-080-081-signed-firmware.js",
    "certification/central-system/tc-083-security-profile.js",
    "certification/central-system/tc-085-basic-authentication.js",
    "certification/central-system/tc-086-087-tls.js",
    "certification/central-system/tc-088-subprotocol.js",
    "certification/charge-point/lib/reservations.js",
    "certification/charge-point/lib/security.js",
    "certification/charge-point/lib/station.js",
    "certification/charge-point/tc-001-cold-boot.js",
    "certification/charge-point/tc-003-plug-in-first.js",
    "certification/charge-point/tc-004-identification-first.js",
    "certification/charge-point/tc-005-ev-side-disconnected.js",
    "certification/charge-point/tc-007-cached-id.js",
    "certification/charge-point/tc-008-id-in-local-list.js",
    "certification/charge-point/tc-010-remote-start-cable-first.js",
    "certification/charge-point/tc-011-remote-start-first.js",
    "certification/charge-point/tc-012-remote-stop.js",
    "certification/charge-point/tc-013-reset.js",
    "certification/charge-point/tc-017-unlock-connector.js",
    "certification/charge-point/tc-019-retrieve-configuration.js",
    "certification/charge-point/tc-021-change-configuration.js",
    "certification/charge-point/tc-023-authorize-invalid.js",
    "certification/charge-point/tc-024-lock-failure.js",
    "certification/charge-point/tc-026-remote-start-rejected.js",
    "certification/charge-point/tc-030-unlock-fails.js",
    "certification/charge-point/tc-032-power-failure.js",
    "certification/charge-point/tc-034-power-failure-unavailable.js",
    "certification/charge-point/tc-036-connection-loss.js",
    "certification/charge-point/tc-037-offline-start.js",
    "certification/charge-point/tc-038-offline-stop.js",
    "certification/charge-point/tc-040-configuration-refused.js",
    "certification/charge-point/tc-041-fault.js",
    "certification/charge-point/tc-042-local-list-version.js",
    "certification/charge-point/tc-043-send-local-list.js",
    "certification/charge-point/tc-044-firmware-update.js",
    "certification/charge-point/tc-045-diagnostics.js",
    "certification/charge-point/tc-046-reserved-connector.js",
    "certification/charge-point/tc-047-reservation-expires.js",
    "certification/charge-point/tc-048-reservation-refused.js",
    "certification/charge-point/tc-049-reserved-charge-point.js",
    "certification/charge-point/tc-051-cancel-reservation.js",
    "certification/charge-point/tc-053-reserved-for-a-group.js",
    "certification/charge-point/tc-054-trigger-message.js",
    "certification/charge-point/tc-056-charging-profiles.js",
    "certification/charge-point/tc-059-remote-start-with-profile.js",
    "certification/charge-point/tc-061-clear-cache.js",
    "certification/charge-point/tc-062-data-transfer.js",
    "certification/charge-point/tc-066-composite-schedule.js",
    "certification/charge-point/tc-068-stop-with-card.js",
    "certification/charge-point/tc-070-meter-values.js",
    "certification/charge-point/tc-072-stacked-profiles.js",
    "certification/charge-point/tc-073-password.js",
    "certification/charge-point/tc-074-charge-point-certificate.js",
    "certification/charge-point/tc-075-install-certificate.js",
    "certification/charge-point/tc-079-security-log.js",
    "certification/charge-point/tc-080-signed-firmware.js",
    "certification/charging-station/b-provisioning.js",
    "certification/charging-station/b-reports.js",
    "certification/charging-station/b-resets.js",
    "certification/charging-station/c-authorization.js",
    "certification/charging-station/d-local-list.js",
    "certification/charging-station/e-limits.js",
    "certification/charging-station/e-offline.js",
    "certification/charging-station/e-transactions.js",
    "certification/charging-station/f-remote-control.js",
    "certification/charging-station/g-availability.js",
    "certification/charging-station/h-reservation.js",
    "certification/charging-station/i-p-others.js",
    "certification/charging-station/i-tariffs.js",
    "certification/charging-station/j-meter-values.js",
    "certification/charging-station/j-signed-readings.js",
    "certification/charging-station/k-smart-charging.js",
    "certification/charging-station/l-firmware.js",
    "certification/charging-station/lib/station.js",
    "certification/charging-station/m-certificates.js",
    "certification/charging-station/n-diagnostics.js",
    "certification/charging-station/o-display-messages.js",
    "certification/csms/a-security.js",
    "certification/csms/b-provisioning.js",
    "certification/csms/c-authorization.js",
    "certification/csms/d-local-list.js",
    "certification/csms/e-transactions.js",
    "certification/csms/f-remote-control.js",
    "certification/csms/g-availability.js",
    "certification/csms/h-reservation.js",
    "certification/csms/i-cost.js",
    "certification/csms/j-meter-values.js",
    "certification/csms/k-smart-charging.js",
    "certification/csms/l-firmware.js",
    "certification/csms/lib/csms.js",
    "certification/csms/lib/registration.js",
    "certification/csms/m-certificates.js",
    "certification/csms/n-diagnostics.js",
    "certification/csms/o-display-messages.js",
    "certification/csms/p-data-transfer.js",
    "certification/lib/cases.js",
    "charge-point/core.js",
    "charge-point/errors.js",
    "charge-point/firmware.js",
    "charge-point/lib/charge-point.js",
    "charge-point/lib/firmware.js",
    "charge-point/lib/local-list.js",
    "charge-point/lib/reservation.js",
    "charge-point/lib/smart-charging.js",
    "charge-point/local-list.js",
    "charge-point/reconnect.js",
    "charge-point/reservation.js",
    "charge-point/smart-charging.js",
    "charge-point/trigger.js",
    "cp-1.2.js",
    "cp-1.5.js",
    "cp-1.6.js",
    "cp-2.0.1.js",
    "cp-2.1.js",
    "cs-1.2.js",
    "cs-1.5.js",
    "cs-1.6.js",
    "cs-2.0.1.js",
    "cs-2.1.js",
    "lib/central-system.js",
    "lib/certificates.js",
    "lib/charging-profiles.js",
    "lib/every-action-2.js",
    "lib/every-action.js",
    "lib/official-cases.js",
    "lib/passwords.js",
    "lib/profiles.js",
    "lib/tls-cases.js",
    "ocpp-tui-scenario.d.ts",
    "ocppjs/cp-1.5.js",
    "ocppjs/cs-1.5.js",
    // the list ends
});

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names(folder: &Path, below: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                names(&path, &format!("{name}/"), found);
            } else if [".js", ".json", ".d.ts"].iter().any(|ending| name.ends_with(ending)) {
                found.push(name);
            }
        }
    }

    #[test]
    fn every_shipped_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut there = Vec::new();
        names(&root.join("examples/scenarios"), "", &mut there);
        there.sort();
        let listed: Vec<&str> = SHIPPED_FILES.0.iter().map(|(name, _)| *name).collect();
        if listed != there {
            let source = root.join("src/cli/shipped_scenarios.rs");
            if std::env::var_os("UPDATE_DOCS").is_some() {
                let text = std::fs::read_to_string(&source).unwrap();
                let (before, rest) = text.split_once("    // the list begins\n").unwrap();
                let (_, after) = rest.split_once("    // the list ends\n").unwrap();
                let rows: String = there.iter().map(|name| format!("    \"{name}\",\n")).collect();
                std::fs::write(source, format!("{before}    // the list begins\n{rows}    // the list ends\n{after}")).unwrap();
            }
            panic!("the list of shipped scenarios is not that of the folder; UPDATE_DOCS=1 writes it: {there:?}");
        }
    }
}
