//! The words of names, by what they say. Lists are text, their words between blanks.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use keysieve_rules::NameKind::{self, Key, Password, Secret, Token};

use super::lexicon::{FNV, step};
use super::name::Beside;

/// A part of a name that tells of a secret by itself.
const WORDS: &[(&str, NameKind)] = &[
    ("password", Password),
    ("passwords", Password),
    ("passwd", Password),
    ("pass", Password),
    ("pwd", Password),
    ("pswd", Password),
    ("passw", Password),
    ("psw", Password),
    ("pw", Password),
    ("masterauth", Password),
    ("adgangskode", Password),
    ("passphrase", Password),
    ("passcode", Password),
    ("passwort", Password),
    ("kennwort", Password),
    ("passe", Password),
    ("motdepasse", Password),
    ("mdp", Password),
    ("contrasena", Password),
    ("contrase\u{f1}a", Password),
    ("contrasenia", Password),
    ("clave", Password),
    ("senha", Password),
    ("parola", Password),
    ("parool", Password),
    ("wachtwoord", Password),
    ("haslo", Password),
    ("has\u{142}o", Password),
    ("heslo", Password),
    ("losenord", Password),
    ("l\u{f6}senord", Password),
    ("sifre", Password),
    ("\u{15f}ifre", Password),
    ("jelszo", Password),
    ("jelsz\u{f3}", Password),
    ("\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}", Password),
    ("\u{5bc6}\u{7801}", Password),
    ("\u{5bc6}\u{78bc}", Password),
    ("\u{53e3}\u{4ee4}", Password),
    ("\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}", Password),
    ("\u{be44}\u{bc00}\u{bc88}\u{d638}", Password),
    ("passord", Password),
    ("paswoord", Password),
    ("parole", Password),
    ("salasana", Password),
    ("lozinka", Password),
    ("geslo", Password),
    ("sandi", Password),
    ("katasandi", Password),
    ("matkhau", Password),
    ("\u{643}\u{644}\u{645}\u{629}\u{627}\u{644}\u{645}\u{631}\u{648}\u{631}", Password),
    ("\u{627}\u{644}\u{645}\u{631}\u{648}\u{631}", Password),
    ("\u{5e1}\u{5d9}\u{5e1}\u{5de}\u{5d4}", Password),
    ("\u{92a}\u{93e}\u{938}\u{935}\u{930}\u{94d}\u{921}", Password),
    ("\u{e23}\u{e2b}\u{e31}\u{e2a}\u{e1c}\u{e48}\u{e32}\u{e19}", Password),
    ("\u{c554}\u{d638}", Password),
    ("geheimnis", Secret),
    ("segredo", Secret),
    ("secreto", Secret),
    ("\u{79d8}\u{94a5}", Secret),
    ("\u{4ee4}\u{724c}", Token),
    ("\u{5bc6}\u{94a5}", Key),
    ("secret", Secret),
    ("secrets", Secret),
    ("credential", Secret),
    ("credentials", Secret),
    ("cred", Secret),
    ("creds", Secret),
    ("auth", Secret),
    ("authorization", Token),
    ("token", Token),
    ("tokens", Token),
    ("tok", Token),
    ("key", Key),
    ("keys", Key),
];

/// Words that tell inside of a longer part, the longer ones first.
const LONG_WORDS: &[(&str, NameKind)] = &[
    ("passphrase", Password),
    ("passwort", Password),
    ("password", Password),
    ("passwd", Password),
    ("\u{5bc6}\u{7801}", Password),
    ("\u{5bc6}\u{78bc}", Password),
    ("\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}", Password),
    ("\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}", Password),
    ("secretkey", Key),
    ("secretaccesskey", Key),
    ("accesskey", Key),
    ("privatekey", Key),
    ("authkey", Key),
    ("apikey", Key),
    ("appkey", Key),
    ("masterkey", Key),
    ("encryptionkey", Key),
    ("signingkey", Key),
    ("sharedkey", Key),
    ("accountkey", Key),
    ("storagekey", Key),
    ("consumerkey", Key),
    ("clientkey", Key),
    ("licensekey", Key),
    ("credential", Secret),
    ("secret", Secret),
    ("token", Token),
];

/// What stands before `pass` or `pwd` in one part with it.
const BEFORE_PASS: &str = " db user usr my root admin adm smtp imap pop mysql maria pg psql postgres sql ora oracle ftp sftp mail email redis mongo login logon ssh vpn wifi wlan proxy key keystore store trust truststore sys sa new old sudo bind ldap auth http https basic jdbc rabbit rabbitmq mq amqp kafka mqtt web app api test win windows samba smb router host server client account acct database backup master svc service dev prod stage zip pdf cert pem p12 pfx jks ca tls ssl require enable set my1 bindd rootd ampdb ampmgr trunk rpc control crypto dn radius xmpp icecast svn git ks mgr manager reg sip iax voip nick site panel portal cms crm erp shop wp joomla oauth2 snmp ipmi bmc ilo idrac vnc rdp telnet cisco switch firewall ";

/// The lists of one side of a telling word.
struct Lists {
    telling: &'static str,
    plain: &'static str,
    doubting: &'static str,
    denying: &'static str,
}

const fn before(kind: NameKind) -> Lists {
    let (telling, doubting, denying) = match kind {
        Password => (PASSWORD_BEFORE_TELLING, PASSWORD_BEFORE_DOUBTING, PASSWORD_BEFORE_DENYING),
        Secret => (SECRET_BEFORE_TELLING, "", SECRET_BEFORE_DENYING),
        Token => (TOKEN_BEFORE_TELLING, "", TOKEN_BEFORE_DENYING),
        Key => (KEY_BEFORE_TELLING, "", KEY_BEFORE_DENYING),
    };
    Lists { telling, plain: PLAIN, doubting, denying }
}

const fn after(kind: NameKind) -> Lists {
    let denying = match kind {
        Password => PASSWORD_AFTER_DENYING,
        Secret => SECRET_AFTER_DENYING,
        Token => TOKEN_AFTER_DENYING,
        Key => KEY_AFTER_DENYING,
    };
    Lists { telling: "", plain: AFTER_PLAIN, doubting: "", denying }
}

/// Words that say where a secret is used, which says nothing against it.
const PLAIN: &str = " my the our your this self cfg conf config settings opt options env var const default static global local test tests testing prod production dev development stage staging live qa uat ci cd demo db database mysql mariadb postgres postgresql pg sql oracle mssql mongo mongodb redis rabbit rabbitmq mq amqp kafka elastic elasticsearch es kibana minio s3 ftp sftp ssh smtp imap mail email mailer http https proxy web www app application api rest server client host site admin root user usr username account acct customer member login signin system sys sa os linux win windows ad ldap bind kerberos vpn wifi wlan router device gateway node cluster kube k8s kubernetes docker registry helm jenkins gitlab github git bitbucket jira confluence nexus artifactory sonar vault consul aws azure gcp google amazon facebook twitter slack discord telegram stripe paypal twilio sendgrid mailgun firebase cloudflare heroku spring datasource hibernate javax persistence jdbc connection conn data store keystore truststore ssl tls cert key pem jks p12 pfx new old current initial master primary secondary backup main super service svc sudo basic plain text grafana prometheus wordpress wp joomla drupal magento laravel django rails ansible terraform chef puppet become sap erp crm cms pay payment payments order shop integration provider external internal remote target source src dst dest flask session jwt hmac oauth oauth2 oidc saml sso tmp temp int bot set with sample1 k ";

const PASSWORD_BEFORE_TELLING: &str = " admin root db database mysql postgres redis mongo smtp ftp sftp ssh ldap bind vpn wifi keystore truststore datasource jdbc user master svc service sudo become ";
const PASSWORD_BEFORE_DENYING: &str = " assert forgot forget forgotten reset verify invalid wrong incorrect bad weak strong missing empty require requires required requirements no not non without has is was use uses using used need needs enter enters type show hide toggle see reveal lost recover recovery check checks validate min minimum max maximum by bypass hash hashed hashing crypt crypted encrypt encrypted encode encoded decode mask masked placeholder label title hint message msg error err input field get on handle updated expire expired expires force generate salted one onetime strength policy about ask prompt read supports allow allows enabled disable disabled with or and if when matches mismatch native ";
/// Words that speak of a form to be filled in, where the same password can be given again.
const PASSWORD_BEFORE_DOUBTING: &str =
    " confirm confirmation confirmed repeat retype different random generated same retyped repeated ";
const SECRET_BEFORE_TELLING: &str = " client app application api consumer oauth oauth2 shared signing webhook jwt session cookie auth bot channel token access top service merchant hmac aws azure google github gitlab slack stripe twilio key ";
const SECRET_BEFORE_DENYING: &str = " amz no not has is was without missing invalid pull imagepull k8s kubernetes create get list delete update read write use load fetch find lookup external sealed encrypted encrypt bad wrong ";
const TOKEN_BEFORE_TELLING: &str = " access auth api bearer refresh bot oauth oauth2 user admin secret personal private deploy registry service session app application webhook github gitlab slack npm pypi docker vault consul jenkins sonar jira telegram discord hub cloud account master security jwt id device push install installation runner trigger pipeline integration upload read write rw ";
const TOKEN_BEFORE_DENYING: &str = " hashed request csrf xsrf next page pagination continuation continue sync change cancellation cancel cancelled start end begin parser parse lexer lex scanner last prev previous first second current peek sub subword word words eos bos pad padding unk unknown mask masked special max maximum min minimum num number n total count prompt completion input output in out stop invalid unexpected expected bad wrong missing no not has is was design color colour erc20 erc nft contract fungible left right open close closing opening comment identifier operator punctuation keyword template syntax semantic whitespace eof eol char byte line reserved delimiter separator per get find match expand print skip consume advance node ast json xml css html sql lookahead ident lit literal assign reuse clear validate verify check decode generate create make revoke expire expired destroy kill placeholder tag header queue race wait dummy fake mock public paging resume delta ";
const KEY_BEFORE_TELLING: &str = " api secret access private priv encryption encrypt decryption decrypt crypto cipher aes des rsa hmac jwt signing sign signature auth authentication authorization master account storage shared consumer client app application service admin session cookie security subscription webhook server integration write read deploy rest rapidapi license licence activation product merchant payment maps google aws azure gcp openai stripe algolia sendgrid mailgun mailchimp firebase twilio datadog newrelic pusher cloudinary map functions instrumentation sas connection preshared psk wep wpa recaptcha captcha vapid appsecret flask django laravel symfony vault unseal root project bot wif wallet ";
const KEY_BEFORE_DENYING: &str = " result output input public pub project primary foreign sort partition cache cached object row col column hot short shortcut lookup map mapping dict hash i18n l10n intl locale message translation translate index idx group grouping unique composite natural surrogate candidate reg range order search query param parameter params setting pref preference property prop attribute attr attrs data event press pressed arrow enter escape esc tab modifier mod meta ctrl control alt shift space backspace delete del home end up down left right keyboard numpad answer issue jira bucket s3 filter filtered value values other same any each every no not has is was missing invalid duplicate existing last first next prev previous current min max the this that a an its in by for of to from on with per get find add remove put insert update pop sorted unknown metric label tag node tree path file filename field name type kind state status enum const string str int integer number num parent child item element entry list array react redux ref vue ng dom html css style theme color colour font icon image img video audio track section block module import export require package dependency version cfg conf option options env environment context ctx request req response res header headers http url uri route routing topic queue stream record log logging debug trace error err warn expected actual sample example demo dummy fake mock json yaml xml toml sql db table schema model entity join relation referenced fk pk dedupe idempotency rate limit throttle correlation span transaction position pos feature flag toggle experiment segment local widget menu nav button action command cmd hotkey binding piano music major minor chord house car door turn gpg pgp nonce salt websocket socket ";

const AFTER_PLAIN: &str = " prod production dev development stage staging live qa uat ci test value val values string str text plain plaintext raw data default db admin user root new old current primary secondary main master server client app api service svc us eu base64 b64 hex decoded internal external key secret token password env var global local override enc for v1 v2 here temp tmp online github gitlab slack aws gcp azure google facebook twitter mysql postgres redis mongo ftp smtp ssh remote config cfg base confirm confirmation confirmed again repeat copy spec equals equalsignorecase compareto ";

/// After any telling word: its name, its place, its form, something to be seen.
const PASSWORD_AFTER_DENYING: &str = " field fields label labels hint hints algorithm algorithms algo policy policies length len min max minimum maximum reset url uri link path file files filename filepath location dir name names id ids type types hash hashed hasher hashing salt regex pattern format placeholder input inputs error errors err message messages msg title header heading prompt expiry expire expired expires expiration age changed change modified at on count counter prefix suffix param params parameter parameters column col encoder encoding encryption encrypted manager provider generator generate gen validator validation validate valid invalid strength strong weak required require enabled enable disabled disable visible visibility hidden show hide toggle form control element selector xpath css class btn button page view screen route endpoint template templates row box authentication auth authenticator attempts attempt retry retries limit timeout history reuse rule rules requirements requirement complexity grant flow less protected protect protection recovery recover forgot forgotten reminder callback handler helper helpers util utils module lib spec size checker check checks match matches mismatch wrong incorrect incorrectly missing needed not is was will must should cannot can has have and or to of in with from by command cmd cb fn func function method prop property key keys set get reader source store storage vault mode option options flag arg args argument arguments env variable variables node entry dialog modal tab tip info description desc help docs doc widget bytes array chars char buf buffer ref refs reference ptr pointer obj object secretname secretref settings setting ing ed word mechanism mechanisms symbols characters alphabet charset ";
const SECRET_AFTER_DENYING: &str = " name names ref refs reference arn id ids path paths file files filename filepath location dir version versions type types length len size count manager managers store stores provider providers engine backend class field fields label title url uri endpoint header headers param params parameter prefix suffix format pattern regex rotation rotate expiry expires expiration ttl age list lists map mapping scanner scan scanning scanners detection detect detector santa sauce agent ary aries ly keyref selector mount mounts volume volumes namespace keyname yaml yml json template templates resource resources annotation annotations policy policies role roles controller operator handler helper util utils spec hash digest message msg error err enabled required exists is not created updated deleted at kind keeper sharing share chat mission garden call apply bind ";
const TOKEN_AFTER_DENYING: &str = " count counts counter type types kind kinds name names url uri urls endpoint endpoints expiry expire expired expires expiration exp ttl age lifetime duration limit limits length len size index idx pos position start end range offset list lists set sets stream streams class classes header headers prefix suffix path paths file files filename field fields param params parameter parameters id ids iz izer izers ize ized izes izing ization ise iser ised isation ing ed usage used use cost price budget per rate ratio max min num number sum total map mapping literal char chars line col column loc location source span error errors err invalid valid validation validator validate verify verifier verification revoked revocation revoke refresh refreshed generator generate generation factory provider providers manager handler helper helpers util utils store storage cache repository repo model schema entity table request requests response responses grant grants scope scopes issuer audience claim claims algorithm alg format pattern regex exchange bucket buckets ring transfer transfers balance balances address addresses contract contracts symbol symbols supply decimals owner holder minter sale swap pair pool amount sequence sequences embedding embeddings vocab vocabulary logits prob probs probability mask masks dropout parser parsing lexer node nodes tree reader writer iterator iter match matches label labels not is was has required missing exists enabled found and or to of in from by with desc description info secretname introspection introspect callback binding bindings review reviews projection mount automount selector keyname buf buffer ptr ref refs obj object json yaml ";
const KEY_AFTER_DENYING: &str = " code codes name names id ids path paths file files filename filepath location dir size sizes length len type types kind press presses pressed down up event events prefix prefixes suffix space spaces board boards frame frames word words map maps mapping mappings bind binding bindings pair pairs set sets list lists ring rings store stores chain chains hole point points stone note notes pad stroke strokes cap caps in out index idx order sort sorted version rotation rotate policy policies vault vaults usage usages use uses algorithm algo alg spec format encoding encoder generator generation gen provider factory manager handler helper util utils exchange agreement derivation derive schedule material bits bit bytes hash hashes fingerprint digest hint hints label labels title column columns col field fields param params parameter property prop props attribute attr url uri endpoint header headers query regex pattern count counts limit constraint constraints violation error errors err exception missing exists required valid invalid validation expired expires expiry expiration ttl created modified at on from to by of or and not is was has off only less extractor extract func function fn method selector comparer comparator equal equals match matches range ranges lookup ref refs reference references ptr obj object group groups class classes repeat repeated filter filters schema table ed ing able er figure figures takeaway takeaways features feature person people concepts concept role terms metrics metric performance component components phrase arn alias description desc info help docs tag tags action actions command commands handle shortcut shortcuts combo combination combinations layout navigation focus trap listener listeners char character characters left right secretref keyname idempotency ";

/// Words by their hashes, with what each says: a look-up is one hash and, nearly always, one comparison.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Box<[Option<(u64, T)>]>,
}

impl<T: Copy> Table<T> {
    /// Of words; the first of equal ones counts.
    pub(crate) fn new<'a>(words: impl Iterator<Item = (&'a [u8], T)>) -> Self {
        let words: Vec<(u64, T)> = words.map(|(word, says)| (hash(word), says)).collect();
        let size = (2 * words.len()).next_power_of_two().max(2);
        let mut slots = vec![None; size].into_boxed_slice();
        for (hash, says) in words {
            let mut slot = hash as usize & (size - 1);
            while slots[slot].is_some_and(|(other, _)| other != hash) {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot].get_or_insert((hash, says));
        }
        Self { slots }
    }

    pub(crate) fn get(&self, word: &[u8]) -> Option<T> {
        let hash = hash(word);
        let mut slot = hash as usize & (self.slots.len() - 1);
        while let Some((other, says)) = self.slots[slot] {
            if other == hash {
                return Some(says);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }
}

/// FNV-1a, its halves mixed.
fn hash(word: &[u8]) -> u64 {
    let hash = word.iter().fold(FNV, |hash, &byte| step(hash, byte));
    hash ^ hash >> 32
}

/// The words of a list.
pub(crate) fn words(list: &'static str) -> impl Iterator<Item = &'static [u8]> {
    list.split_ascii_whitespace().map(str::as_bytes)
}

/// The words that tell by themselves.
pub(crate) fn telling(word: &[u8]) -> Option<NameKind> {
    static TELLING: LazyLock<Table<NameKind>> =
        LazyLock::new(|| Table::new(WORDS.iter().map(|(word, kind)| (word.as_bytes(), *kind))));
    TELLING.get(word)
}

/// The first and longest word that tells inside of a longer one: which, and where.
pub(crate) fn inside(part: &[u8]) -> Option<(NameKind, std::ops::Range<usize>)> {
    static INSIDE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let words = LONG_WORDS.iter().map(|(word, _)| word);
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()
    });
    let found = INSIDE.as_ref()?.find(part)?;
    Some((LONG_WORDS[found.pattern().as_usize()].1, found.range()))
}

/// Whether a word is the ending of a file's name.
pub(crate) fn is_ending(word: &[u8]) -> bool {
    const ENDINGS: &str = "pem crt cer der csr p12 pfx jks txt md rst html htm js ts jsx tsx mjs cjs py rb go rs c h cc cpp hpp java kt cs php pl sh \
        json yml yaml toml xml ini cfg conf css scss png jpg svg gif csv sql lua ps1 bat exe dll so a o d map lock";
    static KNOWN: LazyLock<Table<()>> = LazyLock::new(|| Table::new(words(ENDINGS).map(|word| (word, ()))));
    KNOWN.get(word).is_some()
}

/// Whether a word makes `pass`, `pwd` or `pw` behind it that of a password.
pub(crate) fn comes_before_pass(word: &[u8]) -> bool {
    static BEFORE: LazyLock<Table<()>> =
        LazyLock::new(|| Table::new(words(BEFORE_PASS).map(|word| (word, ()))));
    BEFORE.get(word).is_some()
}

/// Whether a word, in either case, is the name of a service that rules know.
pub(crate) fn is_service(word: &[u8]) -> bool {
    const NAMES: &str = include_str!(concat!(env!("OUT_DIR"), "/services.txt"));
    static SERVICES: LazyLock<Table<()>> = LazyLock::new(|| Table::new(words(NAMES).map(|word| (word, ()))));
    let mut small = [0; 24];
    let Some(small) = small.get_mut(..word.len()).filter(|small| small.len() >= 5) else { return false };
    small.copy_from_slice(word);
    small.make_ascii_lowercase();
    SERVICES.get(small).is_some()
}

/// What a word says beside one of a kind.
pub(crate) fn says(kind: NameKind, before: bool, word: &[u8]) -> Option<Beside> {
    static SAYS: LazyLock<[[Table<Beside>; 2]; 4]> = LazyLock::new(|| {
        [Password, Secret, Token, Key].map(|kind| {
            [after(kind), self::before(kind)].map(|lists| {
                let denying = words(lists.denying).map(|word| (word, Beside::Denying));
                let doubting = words(lists.doubting).map(|word| (word, Beside::Doubting));
                let telling = words(lists.telling).map(|word| (word, Beside::Telling));
                Table::new(
                    denying
                        .chain(doubting)
                        .chain(telling)
                        .chain(words(lists.plain).map(|word| (word, Beside::Plain))),
                )
            })
        })
    });
    SAYS[kind as usize][usize::from(before)].get(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_knows_its_words_and_no_others() {
        let table = Table::new([(&b"ab"[..], 1), (b"cd", 2), (b"ab", 3)].into_iter());
        assert_eq!(
            (table.get(b"ab"), table.get(b"cd"), table.get(b"c"), table.get(b"")),
            (Some(1), Some(2), None, None)
        );
    }

    #[test]
    fn the_longest_word_inside_counts() {
        assert_eq!(inside(b"mysecretaccesskey2"), Some((Key, 2..17)));
        assert_eq!(inside(b"keyboard"), None);
    }
}
