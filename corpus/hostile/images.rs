//! Container images: what `docker save` writes, and the OCI image layout.

use std::sync::LazyLock;

use super::{AFTER_PY, Case, KEYS_PY, OTHER_PY, case, tars};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = docker();
    cases.extend(oci());
    cases.extend(whiteouts());
    cases
}

/// FIPS 180-4 §4.2.2 and §5.3.3: the fractions of the cube roots and of the square roots of the first primes.
static ROUNDS_AND_START: LazyLock<(Vec<u32>, Vec<u32>)> = LazyLock::new(|| {
    let primes: Vec<u128> = (2..312).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    let root = |of: u128, power: u32| {
        let mut root = 0_u128;
        for bit in (0..40).rev() {
            if (root | 1 << bit).pow(power) <= of {
                root |= 1 << bit;
            }
        }
        root as u32
    };
    (
        primes.iter().map(|p| root(p << 96, 3)).collect(),
        primes[..8].iter().map(|p| root(p << 64, 2)).collect(),
    )
});

/// FIPS 180-4 §6.2.
fn sha256(bytes: &[u8]) -> String {
    let (k, start) = &*ROUNDS_AND_START;
    let mut hash = start.clone();
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize((bytes.len() + 9).next_multiple_of(64) - 8, 0);
    padded.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut w: Vec<u32> = block
            .chunks_exact(4)
            .map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]]))
            .collect();
        for t in 16..64 {
            let (a, b) = (w[t - 15], w[t - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
            w.push(
                w[t - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[t - 7])
                    .wrapping_add(s1),
            );
        }
        let mut v = hash.clone();
        for (k, w) in k.iter().zip(&w) {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let one = [s1, choice, *k, *w]
                .iter()
                .fold(v[7], |sum, x| sum.wrapping_add(*x));
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(one);
            v[0] = one.wrapping_add(s0).wrapping_add(majority);
        }
        for (sum, word) in hash.iter_mut().zip(v) {
            *sum = sum.wrapping_add(word);
        }
    }
    hash.iter().map(|word| format!("{word:08x}")).collect()
}

fn layer(name: &str, text: &str) -> Vec<u8> {
    tars::tar(&[tars::file(name, text.as_bytes())])
}

/// A layer that holds keys.py, and one that holds after.py.
fn layers() -> (Vec<u8>, Vec<u8>) {
    (
        layer("app/keys.py", KEYS_PY),
        layer("app/after.py", AFTER_PY),
    )
}

/// The configuration of the OCI image specification, for layers that are not compressed.
fn config(layers: &[&[u8]]) -> String {
    let ids: Vec<String> = layers
        .iter()
        .map(|layer| format!("\"sha256:{}\"", sha256(layer)))
        .collect();
    let history = vec!["{\"created_by\":\"RUN true\"}"; layers.len()];
    format!(
        "{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{}]}},\"history\":[{}]}}",
        ids.join(","),
        history.join(",")
    )
}

/// What `docker save` writes: a manifest that names the configuration and the layers in order.
fn saved(config: &str, named: &[&str], files: &[(&str, &[u8])]) -> Vec<u8> {
    let manifest = format!(
        "[{{\"Config\":\"config.json\",\"RepoTags\":[\"hostile:1\"],\"Layers\":[{}]}}]",
        named
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(",")
    );
    let mut entries = vec![
        tars::file("manifest.json", manifest.as_bytes()),
        tars::file("config.json", config.as_bytes()),
    ];
    entries.extend(files.iter().map(|(name, bytes)| tars::file(name, bytes)));
    tars::tar(&entries)
}

fn docker() -> Vec<Case> {
    let (keys, after) = layers();
    let both = config(&[&keys, &after]);
    let files: [(&str, &[u8]); 2] = [("a/layer.tar", &keys), ("b/layer.tar", &after)];
    let names = ["a/layer.tar", "b/layer.tar"];
    let deep = format!(
        "{{\"config\":{}1{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let short = both.replacen(
        "{\"created_by\":\"RUN true\"}",
        "{\"created_by\":\"ENV A=1\",\"empty_layer\":true}",
        1,
    );
    vec![
        case(
            "image-missing-layers.tar",
            "The manifest names two layers that are not there between two that are: those are read, and it is damaged.",
            saved(
                &both,
                &[
                    "a/layer.tar",
                    "gone/layer.tar",
                    "../../etc/passwd",
                    "b/layer.tar",
                ],
                &files,
            ),
        ),
        case(
            "image-layer-twice.tar",
            "The manifest names its first layer twice, as an image may: it is read once or twice, nothing is lost.",
            saved(
                &config(&[&keys, &keys, &after]),
                &["a/layer.tar", "a/layer.tar", "b/layer.tar"],
                &files,
            ),
        ),
        case(
            "image-unlisted-layer.tar",
            "A layer that no manifest names: what is in it is no part of the image, and not passed over in silence.",
            saved(&config(&[&keys]), &["a/layer.tar"], &files),
        ),
        case(
            "image-config-not-json.tar",
            "The configuration is no JSON: the layers are read, and it is damaged.",
            saved("this is not the configuration", &names, &files),
        ),
        case(
            "image-config-deep-json.tar",
            "A configuration nested 10,000 deep: no stack runs out, the layers are read.",
            saved(&deep, &names, &files),
        ),
        case(
            "image-history-mismatch.tar",
            "The history has one step with a layer, the image two layers: both are read, and no step is made up for the second.",
            saved(&short, &names, &files),
        ),
        case(
            "image-manifest-not-json.tar",
            "manifest.json is cut short: it is damaged; the layers are tars all the same, and read as such.",
            tars::tar(&[
                tars::file(
                    "manifest.json",
                    b"[{\"Config\":\"config.json\",\"Layers\":[\"a/layer",
                ),
                tars::file("a/layer.tar", &keys),
                tars::file("b/layer.tar", &after),
            ]),
        ),
    ]
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn descriptor(media_type: &str, digest: &str, size: usize) -> String {
    format!("{{\"mediaType\":\"{media_type}\",\"digest\":\"sha256:{digest}\",\"size\":{size}}}")
}

fn index(manifests: &[String]) -> String {
    format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{INDEX}\",\"manifests\":[{}]}}",
        manifests.join(",")
    )
}

fn blob(bytes: &[u8]) -> (String, Vec<u8>) {
    let digest = sha256(bytes);
    let entry = tars::file(&format!("blobs/sha256/{digest}"), bytes);
    (digest, entry)
}

/// The blobs of one image of these layers, and its manifest.
fn image(layers: &[&[u8]]) -> (Vec<Vec<u8>>, String) {
    let config = config(layers);
    let (config_digest, entry) = blob(config.as_bytes());
    let mut entries = vec![entry];
    let mut descriptors = Vec::new();
    for layer in layers {
        let (digest, entry) = blob(layer);
        descriptors.push(descriptor(
            "application/vnd.oci.image.layer.v1.tar",
            &digest,
            layer.len(),
        ));
        entries.push(entry);
    }
    let manifest = format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{MANIFEST}\",\"config\":{},\"layers\":[{}]}}",
        descriptor(
            "application/vnd.oci.image.config.v1+json",
            &config_digest,
            config.len()
        ),
        descriptors.join(",")
    );
    (entries, manifest)
}

/// An image layout: the good image and whatever else the index names.
fn layout(named: &[String], blobs: &[Vec<u8>]) -> Vec<u8> {
    let (keys, after) = layers();
    let (mut entries, manifest) = image(&[&keys, &after]);
    let (digest, entry) = blob(manifest.as_bytes());
    entries.push(entry);
    let mut all = vec![descriptor(MANIFEST, &digest, manifest.len())];
    all.extend_from_slice(named);
    entries.extend_from_slice(blobs);
    entries.push(tars::file("index.json", index(&all).as_bytes()));
    entries.push(tars::file(
        "oci-layout",
        b"{\"imageLayoutVersion\":\"1.0.0\"}",
    ));
    tars::tar(&entries)
}

fn oci() -> Vec<Case> {
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let at =
        |digest: &str, text: &str| tars::file(&format!("blobs/sha256/{digest}"), text.as_bytes());
    let to = |digest: &str| descriptor(INDEX, digest, 300);
    vec![
        case(
            "oci-plain.tar",
            "A small image layout: nothing is wrong with it, all of it is read.",
            layout(&[], &[]),
        ),
        case(
            "oci-index-self.tar",
            "The index names an index that names itself (under a digest that is not its own): no reader goes round.",
            layout(&[to(&a)], &[at(&a, &index(&[to(&a)]))]),
        ),
        case(
            "oci-index-cycle.tar",
            "Two indexes that name each other (under digests that are not their own): no reader goes round.",
            layout(
                &[to(&a)],
                &[at(&a, &index(&[to(&b)])), at(&b, &index(&[to(&a)]))],
            ),
        ),
        case(
            "oci-digest-dotdot.tar",
            "Digests with ../ and a NUL for names of blobs: nothing outside is opened, the good image is read, and it is damaged.",
            layout(
                &[
                    to("../../../../etc/passwd"),
                    descriptor(MANIFEST, "../../index.json", 300),
                    to("\\u0000"),
                    to(""),
                ],
                &[],
            ),
        ),
        case(
            "oci-digest-wrong.tar",
            "A layer whose bytes are not those its digest names: it is read, and it is damaged.",
            digest_wrong(),
        ),
        case(
            "oci-thousand-manifests.tar",
            "A thousand images of the same layers: the layers are read once, or a reader stops at its limit.",
            thousand(),
        ),
        case(
            "oci-size-lie.tar",
            "The index gives a manifest 2^63 bytes and another minus one: no room is made for them; the blobs are not there, and it is damaged.",
            layout(
                &[
                    format!(
                        "{{\"mediaType\":\"{MANIFEST}\",\"digest\":\"sha256:{a}\",\"size\":9223372036854775808}}"
                    ),
                    format!(
                        "{{\"mediaType\":\"{MANIFEST}\",\"digest\":\"sha256:{b}\",\"size\":-1}}"
                    ),
                ],
                &[],
            ),
        ),
    ]
}

fn digest_wrong() -> Vec<u8> {
    let (keys, after) = layers();
    let (mut entries, manifest) = image(&[&keys, &after]);
    let (digest, entry) = blob(manifest.as_bytes());
    let named = sha256(&keys);
    let swapped = layer("app/keys.py", &format!("{KEYS_PY}\n# not the same layer\n"));
    entries[1] = tars::file(&format!("blobs/sha256/{named}"), &swapped);
    entries.push(entry);
    let index = index(&[descriptor(MANIFEST, &digest, manifest.len())]);
    entries.push(tars::file("index.json", index.as_bytes()));
    entries.push(tars::file(
        "oci-layout",
        b"{\"imageLayoutVersion\":\"1.0.0\"}",
    ));
    tars::tar(&entries)
}

fn thousand() -> Vec<u8> {
    let (keys, after) = layers();
    let (_, manifest) = image(&[&keys, &after]);
    let (named, blobs): (Vec<_>, Vec<_>) = (0..1000)
        .map(|i| {
            let one = manifest.replacen('{', &format!("{{\"annotations\":{{\"n\":\"{i}\"}},"), 1);
            let (digest, entry) = blob(one.as_bytes());
            (descriptor(MANIFEST, &digest, one.len()), entry)
        })
        .unzip();
    layout(&named, &blobs)
}

/// The OCI image specification, layer.md, "Whiteouts".
fn whiteouts() -> Vec<Case> {
    let of = |layers: &[Vec<u8>]| {
        let parts: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
        let names = ["a/layer.tar", "b/layer.tar", "c/layer.tar"];
        let files: Vec<(&str, &[u8])> = names.iter().copied().zip(parts.iter().copied()).collect();
        saved(&config(&parts), &names[..files.len()], &files)
    };
    let (keys, after) = layers();
    let keys_over = |first: &str| {
        tars::tar(&[
            tars::file(first, b""),
            tars::file("app/keys.py", KEYS_PY.as_bytes()),
        ])
    };
    vec![
        case(
            "image-whiteout-root.tar",
            "The second layer hides everything beneath it and holds keys.py: what it brings itself stays.",
            of(&[
                layer("lower.py", OTHER_PY),
                keys_over(".wh..wh..opq"),
                after.clone(),
            ]),
        ),
        case(
            "image-whiteout-empty.tar",
            "Whiteouts of no name, of the folder itself and of its parent: nothing is hidden by them.",
            of(&[
                keys,
                tars::tar(&[
                    tars::file("app/.wh.", b""),
                    tars::file("app/.wh..", b""),
                    tars::file("app/.wh...", b""),
                    tars::file(".wh.", b""),
                ]),
                after.clone(),
            ]),
        ),
        case(
            "image-whiteout-self.tar",
            "A layer that hides keys.py and brings it: a whiteout is for the layers beneath, so it stays.",
            of(&[keys_over("app/.wh.keys.py"), after]),
        ),
    ]
}
