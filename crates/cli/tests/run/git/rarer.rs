//! Places that few look at.

use std::fs;

use super::{Planted, token};
use crate::archives::zip;

impl Planted {
    /// Places that few look at. Other objects may be borrowed from `.git/objects/info/alternates` later.
    pub(super) fn rarer(&mut self) {
        self.odd_files();
        self.versions();
        self.odd_objects();
        self.odd_references();
    }

    /// An object of a kind with these bytes; gives its name.
    fn raw(&self, kind: &str, text: &str) -> String {
        self.write(".git/raw", text.as_bytes());
        let id = self.git(&["hash-object", "-t", kind, "-w", ".git/raw"]);
        fs::remove_file(self.root().join(".git/raw")).expect("removed");
        id
    }

    /// Files with odd names and of odd kinds.
    fn odd_files(&mut self) {
        self.write("a.zip", &zip("in.env", format!("token = {}\n", token("zipped")).as_bytes()));
        self.plant("executable", "run.sh");
        self.plant("line-break", "nl\nname.txt");
        self.plant("renamed", "before.env");
        self.write("type", b"nothing\n");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"\xff\xfe.txt");
            fs::write(self.root().join(name), format!("token = {}\n", token("not-utf-8"))).expect("written");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(self.root().join("run.sh"), mode).expect("set");
        }
        let odd = self.commit("odd files");
        for (name, path) in [
            ("zipped", "a.zip!/in.env"),
            ("executable", "run.sh"),
            ("line-break", "nl\\nname.txt"),
            ("not-utf-8", "\\xff\\xfe.txt"),
        ] {
            self.expect(name, path, "blob", Some(&odd), "live");
        }
        self.git(&["mv", "before.env", "after.env"]);
        fs::remove_file(self.root().join("type")).expect("removed");
        #[cfg(unix)]
        std::os::unix::fs::symlink(format!("/nowhere/{}", token("new-kind")), self.root().join("type"))
            .expect("made");
        let moved = self.commit("moved");
        self.expect("renamed", "after.env", "blob", Some(&moved), "live");
        self.expect("new-kind", "type", "blob", Some(&moved), "live");
    }

    /// A file of which one version among many has the token, as a delta.
    fn versions(&mut self) {
        let lines: String = (0..300).map(|line| format!("line {line}\n")).collect();
        for version in 0..12 {
            self.write("versions.txt", format!("{lines}version {version}\n").as_bytes());
            if version == 7 {
                self.plant("version", "deep/versions.txt");
                self.write("deep/versions.txt", format!("{lines}token = {}\n", token("version")).as_bytes());
            } else {
                self.write("deep/versions.txt", format!("{lines}deep {version}\n").as_bytes());
            }
            let id = self.commit("a version");
            if version == 7 {
                self.expect("version", "deep/versions.txt", "blob", Some(&id), "other-ref");
            }
        }
        let dangling = self.blob("cruft");
        self.expect("cruft", &format!(".git/blobs/{dangling}"), "blob", None, "unreachable");
        self.git(&["repack", "-dfq", "--cruft", "--depth=50"]);
    }

    /// Tags of tags and of blobs, commits that nothing leads to, headers that other tools write.
    fn odd_objects(&mut self) {
        let head = self.git(&["rev-parse", "HEAD"]);
        let tree = self.git(&["rev-parse", "HEAD^{tree}"]);
        for (name, about, commit) in
            [("tag-of-tag", "v1", Some("v1^{commit}")), ("tag-of-blob", "HEAD:run.sh", None)]
        {
            self.git(&["tag", "-a", name, about, "-m", &format!("about {}", token(name))]);
            let id = self.git(&["rev-parse", &format!("refs/tags/{name}")]);
            let commit = commit.map(|commit| self.git(&["rev-parse", commit]));
            self.expect(name, &format!(".git/tags/{id}"), "tag-message", commit.as_deref(), "other-ref");
        }
        let person = format!("Ada <ada@example.org> {} +0000", self.clock);
        let lost = self.raw(
            "tag",
            &format!("object {head}\ntype commit\ntag {}\ntagger {person}\n\nx\n", token("lost-tag")),
        );
        self.expect("lost-tag", &format!(".git/tags/{lost}"), "tag-header", Some(&head), "unreachable");
        let told = |name: &str| format!("told {}", token(name));
        let commit = |planted: &Self, name| planted.git(&["commit-tree", &tree, "-m", &told(name)]);
        let lost = commit(self, "lost-message");
        self.expect(
            "lost-message",
            &format!(".git/commits/{lost}"),
            "commit-message",
            Some(&lost),
            "unreachable",
        );
        let replacing = commit(self, "replacing");
        self.git(&["update-ref", &format!("refs/replace/{head}"), &replacing]);
        let noted = commit(self, "notes-message");
        self.git(&["update-ref", "refs/notes/other", &noted]);
        for (name, id) in [("replacing", &replacing), ("notes-message", &noted)] {
            self.expect(name, &format!(".git/commits/{id}"), "commit-message", Some(id), "other-ref");
        }
        let signed = self.raw(
            "commit",
            &format!(
                "tree {tree}\nparent {head}\nauthor {person}\ncommitter {person}\nmergetag object {head}\n \
                 type commit\n tag x\n tagger {person}\n \n {}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n {}\n \
                 -----END PGP SIGNATURE-----\n\nsaid\n",
                told("merge-tag"),
                told("signature")
            ),
        );
        self.git(&["update-ref", "refs/heads/signed", &signed]);
        for name in ["merge-tag", "signature"] {
            self.expect(name, &format!(".git/commits/{signed}"), "commit-header", Some(&signed), "other-ref");
        }
    }

    /// References of other repositories, and one that leads to another.
    fn odd_references(&mut self) {
        let head = self.git(&["rev-parse", "HEAD"]);
        self.git(&["update-ref", &format!("refs/remotes/origin/b-{}", token("remote-branch")), &head]);
        self.git(&["symbolic-ref", &format!("refs/heads/s-{}", token("symbolic")), "refs/heads/main"]);
        for (name, path) in
            [("remote-branch", ".git/refs/remotes/origin/b-glpa…"), ("symbolic", ".git/refs/heads/s-glpa…")]
        {
            self.expect(name, path, "ref-name", Some(&head), "other-ref");
        }
    }

    /// Files of the git directory and of the work tree, after the last commit.
    pub(super) fn rarer_files(&mut self) {
        for (name, path) in [
            ("http-alternates", ".git/objects/info/http-alternates"),
            ("old-remote", ".git/remotes/old"),
            ("own-settings", ".git/config.worktree"),
            ("commit-message", ".git/COMMIT_EDITMSG"),
            ("linked-message", ".git/worktrees/linked/COMMIT_EDITMSG"),
            ("linked-reflog", ".git/worktrees/linked/logs/refs/bisect/bad"),
            ("recorded", ".git/rr-cache/ab/preimage"),
        ] {
            self.plant(name, path);
            self.expect(name, path, "file", None, "file");
        }
        let linked = self.directory.path().join("linked");
        let head = self.git(&["rev-parse", "HEAD"]);
        let bisected = format!("refs/bisect/b-{}", token("linked-reference"));
        self.git_as(&linked, &[], &["update-ref", &bisected, &head]);
        self.expect("linked-reference", ".git/refs/bisect/b-glpa…", "ref-name", Some(&head), "other-ref");
        let staged = format!("idx-{}.txt", token("staged-name"));
        self.write(&staged, b"nothing\n");
        self.git(&["add", &staged]);
        fs::remove_file(self.root().join(&staged)).expect("removed");
        self.expect("staged-name", ".git/index", "file", None, "file");
        self.write(&format!("u-{}.txt", token("untracked-name")), b"nothing\n");
        self.expect("untracked-name", "u-glpa….txt!/(name)", "file", None, "file");
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            format!("/nowhere/{}", token("untracked-link")),
            self.root().join("ulink"),
        )
        .expect("made");
        self.expect("untracked-link", "ulink!/(link)", "file", None, "file");
    }
}
