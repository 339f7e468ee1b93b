//! A broker that speaks TLS with a certificate of an authority of one's own: it is refused until the operator has the service trust that
//! authority, as all programs of the system are told, and then everything arrives.

use std::process::Child;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use svod::domain::consumer::SigningKind;

use crate::binary::Server;
use crate::delivery::{LOCAL, consumer, followed, register, wait_until};
use crate::harness::Database;
use crate::nats::{STREAM, spawn, target, wait_for_end};

on_both_engines!(a_broker_with_a_certificate_of_ones_own_is_reached_once_it_is_trusted);

/// A broker on a port of its own; it ends with the test.
struct TlsBroker(Child);

impl Drop for TlsBroker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The certificate of an authority, and one of 127.0.0.1 with its key that this authority has signed.
fn certificates() -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_text = authority.self_signed(&authority_key).unwrap().pem();
    let (own, own_key) = (CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap(), KeyPair::generate().unwrap());
    let signed = own.signed_by(&own_key, &Issuer::new(authority, authority_key)).unwrap();
    (authority_text, signed.pem(), own_key.serialize_pem())
}

fn a_broker_with_a_certificate_of_ones_own_is_reached_once_it_is_trusted(database: Database) {
    let instance = followed(&database);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (authority, certificate, key) = certificates();
    for (name, text) in [("authority.pem", &authority), ("certificate.pem", &certificate), ("key.pem", &key)] {
        std::fs::write(path(name), text).unwrap();
    }
    let (process, port) = spawn(&folder, &["-js", "--tls", "--tlscert", &path("certificate.pem"), "--tlskey", &path("key.pem")]);
    let _broker = TlsBroker(process);
    register(&instance, "broker", target(&format!("tls://127.0.0.1:{port}")), SigningKind::Hmac, None);

    let stranger = Server::start_with(&database, &LOCAL);
    wait_until(&instance, "broker", "it is refused", |found| found.failures > 0);
    drop(stranger);
    let kept = instance.svod.consumers.list_deliveries(consumer(&instance, "broker").id, None, None, 1).unwrap();
    assert!(kept[0].attempt.message.contains("certificate"), "{}", kept[0].attempt.message);

    let _server = Server::start_with_variables(&database, &LOCAL, &[("SSL_CERT_FILE", &path("authority.pem"))]);
    wait_for_end(&instance, "broker");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let count = runtime.block_on(async {
        let options = async_nats::ConnectOptions::new().add_root_certificates(path("authority.pem").into()).require_tls(true);
        let client = options.connect(format!("127.0.0.1:{port}")).await.unwrap();
        let stream = async_nats::jetstream::new(client).get_stream(STREAM).await.unwrap();
        stream.cached_info().state.messages
    });
    let expected = instance.svod.consumers.find_consumer(&instance.operator(), "broker").unwrap().unwrap();
    assert!(count > 6 && expected.failures == 0, "{count} messages");
}
