//! What refers to an image in its registry: by the distribution specification's list of referrers, by the tag that takes
//! its place where a registry has none, and by the tags of cosign.

use std::collections::BTreeSet;

use oci_client::Reference as Name;

use crate::Error;
use crate::digest::Digest;
use crate::model::{Descriptor, Manifest};
use crate::registry::Transport;
use crate::resolve::{Resolver, Root, whole};

/// What cosign's tags end with.
const COSIGN: [&str; 3] = [".sig", ".att", ".sbom"];

/// How many referrers of one image are followed.
const MOST: usize = 1000;

/// A manifest, and what the list says of it.
type Listed = (Vec<u8>, Option<Descriptor>);

/// Follows what refers to the images that were found from some place on, and to what they were found by.
pub(crate) fn follow(
    transport: &Transport,
    name: &Name,
    resolver: &mut Resolver<'_>,
    (shown, top): (&str, &Digest),
    from: usize,
) -> Result<(), Error> {
    let images = resolver.found[from..].iter().filter_map(|found| found.image.digest.as_deref());
    let mut subjects: BTreeSet<Digest> = images.filter_map(Digest::parse).collect();
    subjects.insert(top.clone());
    let repository = format!("{}/{}", name.registry(), name.repository());
    for subject in subjects {
        for (bytes, descriptor) in of(transport, name, &subject, resolver)? {
            let digest = descriptor.as_ref().map_or_else(|| Digest::of(&bytes), |it| it.digest.clone());
            let (name, repository) = (shown.to_owned(), repository.clone());
            let about = Some(subject.clone());
            let root = Root { bytes, digest, descriptor, name, repository, above: Vec::new(), about };
            match resolver.referrer(&root) {
                Err(error @ Error::Stopped { .. }) => return Err(error),
                Err(error) => resolver.gaps.push((whole(root.digest.as_str()), error.skip())),
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

/// The manifests that refer to something, with what the list says of each.
fn of(
    transport: &Transport,
    name: &Name,
    subject: &Digest,
    resolver: &mut Resolver<'_>,
) -> Result<Vec<Listed>, Error> {
    let tag = subject.as_str().replace(':', "-");
    let list = match transport.get_if_there(name, &format!("referrers/{subject}"))? {
        Some(list) => Some(list),
        None => transport.get_if_there(name, &format!("manifests/{tag}"))?,
    };
    let mut found = Vec::new();
    let listed = list.map(|list| Manifest::parse(&list)).transpose();
    let listed =
        listed.map_err(|problem| Error::broken(format!("{name}: referrers of {subject}"), problem))?;
    for child in listed.and_then(|list| list.manifests).unwrap_or_default() {
        if found.len() == MOST {
            let why = format!("it has more than {MOST} referrers");
            resolver.gaps.push((whole(subject.as_str()), Error::refused(name.whole(), why).skip()));
            break;
        }
        match resolver.store.manifest(&child) {
            Ok(bytes) => found.push((bytes, Some(child))),
            Err(error @ Error::Stopped { .. }) => return Err(error),
            Err(error) => resolver.gaps.push((whole(child.digest.as_str()), error.skip())),
        }
    }
    for ending in COSIGN {
        if let Some(bytes) = transport.get_if_there(name, &format!("manifests/{tag}{ending}"))? {
            found.push((bytes, None));
        }
    }
    Ok(found)
}
