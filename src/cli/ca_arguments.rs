//! The arguments of `ocpp-tui ca`, the test CA. `ca` does what they ask for.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use ocpp_tui::pki::{CertificateDefect, CertificateTerms, CertificateUse, ChainForm, KeyAlgorithm};

use super::whole_number::whole_number;

/// The subcommands of the test CA.
#[derive(Debug, Subcommand)]
pub enum AuthorityCommand {
    /// Make the test CA, if there is none, and print the file that peers must trust
    Init {
        /// Make a new one in its place: what the old one has issued is trusted no more
        #[arg(long)]
        force: bool,
    },
    /// Issue a certificate for a server or a station, or sign the request of a station
    Issue(Box<IssueArguments>),
    /// Print what the test CA has issued, or what is in a PEM file: certificates, signing requests, revocation lists
    Show {
        /// The PEM file [default: the test CA]
        file: Option<PathBuf>,
    },
    /// Revoke certificates and write the revocation list
    Revoke {
        /// A serial number, the common name of what was issued, or a PEM file; none writes the list anew
        certificate: Option<String>,
    },
}

/// The arguments of `ca issue`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("subject").required(true).args(["server", "station", "csr"]))]
pub struct IssueArguments {
    /// For a server: a central system, or a charge point that is called over SOAP
    #[arg(long)]
    pub server: bool,
    /// For the charging station with this serial number, which becomes the common name (security profile 3)
    #[arg(long, value_name = "SERIAL")]
    pub station: Option<String>,
    /// For the key and the subject of this signing request (PEM)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rsa", "self_signed", "organization"])]
    pub csr: Option<PathBuf>,
    /// Host name or address; repeat it for several [default for --server: those of this machine]
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,
    /// Operator of the station, which becomes the organization
    #[arg(long, value_name = "NAME", default_value = "ocpp-tui")]
    pub organization: String,
    /// With an RSA key of 2048 bits, issued by an RSA root, instead of ECDSA P-256
    #[arg(long)]
    pub rsa: bool,
    /// Days until it expires
    #[arg(long, default_value = "365", value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 1..=36_500))]
    pub days: u32,
    /// Folder to write the certificate and its key to [default: this one]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Overwrite files
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub chain: ChainArguments,
    #[command(flatten)]
    pub defects: DefectArguments,
}

/// The options about the certificates between.
#[derive(Debug, Args)]
pub struct ChainArguments {
    /// Issue it by an intermediate CA, whose certificate follows in the file
    #[arg(long, conflicts_with = "missing_intermediate")]
    pub intermediate: bool,
    /// Issue it by an intermediate CA, and leave that one's certificate out
    #[arg(long, help_heading = "Faults on purpose")]
    pub missing_intermediate: bool,
}

/// The faults on purpose.
#[derive(Debug, Args)]
#[command(next_help_heading = "Faults on purpose")]
pub struct DefectArguments {
    /// Expired since yesterday
    #[arg(long, conflicts_with = "not_yet_valid")]
    pub expired: bool,
    /// Valid from tomorrow on
    #[arg(long)]
    pub not_yet_valid: bool,
    /// For another name
    #[arg(long)]
    pub wrong_name: bool,
    /// Signed with SHA-1 and RSA
    #[arg(long)]
    pub sha1: bool,
    /// Signed with its own key
    #[arg(long, conflicts_with_all = ["foreign", "intermediate", "missing_intermediate"])]
    pub self_signed: bool,
    /// Issued by another CA, which no one trusts
    #[arg(long)]
    pub foreign: bool,
}

impl IssueArguments {
    /// The terms of the certificate; `machine` are the names of this machine.
    pub fn terms(&self, machine: impl FnOnce() -> Vec<String>) -> CertificateTerms {
        let names = if self.server && self.name.is_empty() { machine() } else { self.name.clone() };
        let terms = match &self.station {
            Some(serial) => CertificateTerms { names, ..CertificateTerms::station(serial.clone(), self.organization.clone()) },
            None => CertificateTerms::server(names),
        };
        let chosen = [
            (self.defects.expired, CertificateDefect::Expired),
            (self.defects.not_yet_valid, CertificateDefect::NotYetValid),
            (self.defects.wrong_name, CertificateDefect::WrongName),
            (self.defects.sha1, CertificateDefect::Sha1),
            (self.defects.self_signed, CertificateDefect::SelfSigned),
            (self.defects.foreign, CertificateDefect::ForeignAuthority),
        ];
        let chain = match (self.chain.intermediate, self.chain.missing_intermediate) {
            (true, _) => ChainForm::Intermediate,
            (_, true) => ChainForm::MissingIntermediate,
            _ => ChainForm::Direct,
        };
        CertificateTerms {
            purpose: if self.server { CertificateUse::Server } else { CertificateUse::Client },
            key: if self.rsa { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ecdsa },
            days: self.days,
            chain,
            defects: chosen.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, defect)| defect).collect(),
            ..terms
        }
    }
}
