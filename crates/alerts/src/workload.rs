//! Whose log a secret is in: those of one workload are told together.

/// What Kubernetes makes random names of: letters and digits that spell no words. Source: `SafeEncodeString` of
/// k8s.io/apimachinery.
const RANDOM: &str = "bcdfghjklmnpqrstvwxz2456789";

/// How long the random end of a pod's name is.
const END: usize = 5;

/// The name of what runs a pod, told from the pod's: a Deployment's are called `NAME-HASH-RANDOM`, those of a Job or a
/// DaemonSet `NAME-RANDOM`, a CronJob's `NAME-MINUTES-RANDOM`, a StatefulSet's `NAME-NUMBER`.
pub(crate) fn workload(pod: &str) -> &str {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_random = |word: &str| word.chars().all(|letter| RANDOM.contains(letter));
    let Some((name, last)) = pod.rsplit_once('-').filter(|(name, _)| !name.is_empty()) else { return pod };
    if last.len() == END && is_random(last) {
        return match name.rsplit_once('-').filter(|(outer, _)| !outer.is_empty()) {
            Some((outer, hash)) if (6..=10).contains(&hash.len()) && is_random(hash) => outer,
            Some((outer, minutes)) if minutes.len() >= 8 && is_number(minutes) => outer,
            _ => name,
        };
    }
    if is_number(last) { name } else { pod }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_told_by_what_runs_them() {
        for (pod, expected) in [
            ("web-7d4b9c6f5d-x2x4z", "web"),
            ("shop-web-7d4b9c6f5d-x2x4z", "shop-web"),
            ("agent-x2x4z", "agent"),
            ("backup-29461234-x2x4z", "backup"),
            ("db-0", "db"),
            ("kube-apiserver-node", "kube-apiserver-node"),
            ("web", "web"),
            ("-0", "-0"),
        ] {
            assert_eq!(workload(pod), expected, "{pod}");
        }
    }
}
