//! Mail, networks and their devices.

pub(crate) const CASES: &str = r##"
=== home/ada/.msmtprc
defaults
auth on
account acme
host smtp.acme.test
from ada@acme.test
user ada
password «{{words:1}}»
=== home/ada/.esmtprc
hostname=smtp.acme.test:587
username="ada@acme.test"
password="«{{words:1}}»"
=== etc/ssmtp/ssmtp.conf
root=postmaster
mailhub=smtp.acme.test:587
AuthUser=ada
AuthPass=«{{words:1}}»
=== home/ada/.muttrc
set from = "ada@acme.test"
set imap_user = "ada"
set imap_pass = "«{{words:1}}»"
=== home/ada/.config/neomutt/neomuttrc
set smtp_url = "smtps://ada:«{{words:1}}»@smtp.acme.test:465/"
=== home/ada/.fetchmailrc
poll mail.acme.test protocol IMAP
  user 'ada' password '«{{words:1}}»' ssl
=== home/ada/.mbsyncrc
IMAPAccount acme
Host imap.acme.test
User ada
Pass «{{words:1}}»
=== home/ada/.offlineimaprc
[Repository remote]
type = IMAP
remoteuser = ada
remotepass = «{{words:1}}»
=== etc/dovecot/users
ada@acme.test:{PLAIN}«{{words:1}}»::::::
=== etc/postfix/sasl_passwd
[smtp.acme.test]:587    ada@acme.test:«{{words:1}}»
=== etc/exim4/passwd.client
smtp.acme.test:ada@acme.test:«{{words:1}}»
=== etc/mail/authinfo
AuthInfo:smtp.acme.test "U:ada" "I:ada@acme.test" "P:«{{words:1}}»" "M:PLAIN"
=== firefox/logins.json
{"nextId": 2, "logins": [{"id": 1, "hostname": "https://acme.test", "encryptedUsername": "", "encryptedPassword": "«MDoEEPgA{{base64:56}}»"}]}
=== Downloads/Chrome Passwords.csv
name,url,username,password
acme.test,https://acme.test/login,ada,«{{words:1}}»
=== backup/bitwarden_export_2026.json
{"encrypted": false, "items": [{"type": 1, "name": "Acme", "login": {"username": "ada", "password": "«{{words:1}}»", "totp": null}}]}
=== etc/proftpd/ftpd.passwd
ada:«$1${{alnum:8}}${{alnum:22}}»:1001:1001::/srv/ftp/ada:/bin/false
=== etc/vsftpd/virtual_users.txt
ada
«{{words:1}}»
=== etc/proftpd/sql.conf
SQLBackend mysql
SQLConnectInfo ftp@localhost proftpd «{{words:1}}»
=== etc/wpa_supplicant/wpa_supplicant.conf
ctrl_interface=/run/wpa_supplicant
network={
    ssid="office"
    key_mgmt=WPA-PSK
    psk="«{{words:2}}»"
}
=== etc/NetworkManager/system-connections/office.nmconnection
[connection]
id=office
type=wifi

[wifi-security]
key-mgmt=wpa-psk
psk=«{{words:2}}»
=== etc/hostapd/hostapd.conf
interface=wlan0
ssid=office
wpa=2
wpa_passphrase=«{{words:2}}»
=== var/lib/iwd/office.psk
[Security]
Passphrase=«{{words:2}}»
=== etc/netplan/50-wifi.yaml
network:
  version: 2
  wifis:
    wlan0:
      access-points:
        "office":
          password: "«{{words:2}}»"
=== etc/network/interfaces
auto wlan0
iface wlan0 inet dhcp
    wpa-ssid office
    wpa-psk «{{words:2}}»
=== Wi-Fi-office.xml
<?xml version="1.0"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
	<MSM><security><sharedKey>
		<keyType>passPhrase</keyType>
		<protected>false</protected>
		<keyMaterial>«{{words:2}}»</keyMaterial>
	</sharedKey></security></MSM>
</WLANProfile>
=== sketch/arduino_secrets.h
#define SECRET_SSID "office"
#define SECRET_PASS "«{{words:2}}»"
=== etc/ppp/chap-secrets
# client	server	secret			IP addresses
ada	*	«{{words:1}}»	*
=== etc/ppp/pap-secrets
"ada@acme.test"	*	"«{{words:1}}»"
=== etc/ipsec.secrets
198.51.100.1 198.51.100.2 : PSK "«{{words:2}}»"
=== etc/ipsec.d/users.secrets
ada : EAP "«{{words:1}}»"
=== etc/swanctl/swanctl.conf
secrets {
  ike-acme {
    id = vpn.acme.test
    secret = "«{{words:2}}»"
  }
}
=== etc/racoon/psk.txt
198.51.100.7	«{{words:2}}»
=== etc/openvpn/auth.txt
ada
«{{words:1}}»
=== ada.ovpn
client
remote vpn.acme.test 1194
<auth-user-pass>
ada
«{{words:1}}»
</auth-user-pass>
=== etc/vpnc/acme.pcf
[main]
Host=vpn.acme.test
GroupName=staff
enc_GroupPwd=«{{HEX:64}}»
=== etc/wireguard/wg0.conf
[Interface]
PrivateKey = «{{base64:42}}A=»
Address = 10.8.0.2/32

[Peer]
AllowedIPs = 10.8.0.0/24
=== r1-confg
hostname r1
enable secret 5 «$1${{alnum:4}}${{alnum:22}}»
interface GigabitEthernet0/0
=== switch.cfg
version 15.2
service password-encryption
username ops privilege 15 password 7 «{{HEX:18}}»
=== core.cfg
snmp-server community «{{words:1}}» RO
snmp-server location attic
=== access.cfg
tacacs-server host 10.0.0.9
tacacs-server key 7 «{{HEX:22}}»
=== juniper.conf
system {
    root-authentication {
        encrypted-password "«$6${{alnum:16}}${{alnum:86}}»"; ## SECRET-DATA
    }
}
=== vrpcfg.cfg
aaa
 local-user ops password irreversible-cipher «$1a${{alnum:40}}$»
 local-user ops privilege level 15
=== fgt.conf
config system admin
    edit "admin"
        set accprofile "super_admin"
        set password ENC «SH2{{base64:60}}=»
    next
=== home.rsc
/interface wireless security-profiles
set [ find default=yes ] mode=dynamic-keys wpa2-pre-shared-key=«{{words:2}}»
=== config-pfsense.xml
<pfsense><system><user><name>admin</name><bcrypt-hash>«$2y$10${{alnum:53}}»</bcrypt-hash></user></system></pfsense>
=== config.boot
system {
    login {
        user ops {
            authentication {
                plaintext-password "«{{words:1}}»"
            }
        }
    }
}
=== etc/frr/bgpd.conf
hostname r1
password «{{words:1}}»
=== etc/snmp/snmpd.conf
agentAddress udp:161
rocommunity «{{words:1}}» 10.0.0.0/8
=== etc/openldap/slapd.conf
suffix "dc=acme,dc=test"
rootdn "cn=admin,dc=acme,dc=test"
rootpw «{{words:1}}»
=== etc/nslcd.conf
uri ldap://ldap.acme.test
binddn cn=reader,dc=acme,dc=test
bindpw «{{words:1}}»
=== etc/ldap.secret
«{{words:1}}»
=== etc/sssd/sssd.conf
[domain/acme]
ldap_default_bind_dn = cn=reader,dc=acme,dc=test
ldap_default_authtok = «{{words:1}}»
=== etc/samba/smbpasswd
ada:1001:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:«{{HEX:32}}»:[U          ]:LCT-5F3A1B2C:
=== home/ada/.smbcredentials
username=ada
password=«{{words:1}}»
domain=ACME
=== etc/davfs2/secrets
https://dav.acme.test/files ada «{{words:1}}»
=== etc/rsyncd.secrets
backup:«{{words:1}}»
=== etc/freeradius/3.0/clients.conf
client ap1 {
	ipaddr = 10.0.0.5
	secret = «{{words:1}}»
}
=== etc/freeradius/3.0/users
ada	Cleartext-Password := "«{{words:1}}»"
=== etc/tac_plus.conf
key = "«{{words:1}}»"
accounting file = /var/log/tac.log
=== etc/asterisk/sip.conf
[100]
type=friend
host=dynamic
secret=«{{words:1}}»
context=internal
=== etc/asterisk/voicemail.conf
[default]
100 => «48151»,Ada Lovelace,ada@acme.test
=== etc/freeswitch/directory/default/1000.xml
<include><user id="1000"><params><param name="password" value="«{{words:1}}»"/></params></user></include>
=== etc/squid/squid.conf
cache_peer proxy.acme.test parent 3128 0 no-query login=ada:«{{words:1}}»
=== etc/haproxy/haproxy.cfg
listen stats
    stats enable
    stats auth ops:«{{words:1}}»
=== etc/monit/monitrc
set httpd port 2812
    allow ops:«{{words:1}}»
=== etc/ddclient.conf
protocol=dyndns2
server=members.dyndns.org
login=ada
password='«{{words:1}}»'
home.acme.test
=== etc/letsencrypt/cloudflare.ini
dns_cloudflare_api_token = «{{alnum:40}}»
"##;
