//! Clients, editors and desktops.

pub(crate) const CASES: &str = r##"
=== home/ada/.config/filezilla/sitemanager.xml
<FileZilla3><Servers><Server>
  <Host>ftp.acme.test</Host><Port>21</Port><User>ada</User>
  <Pass encoding="base64">«{{b64:(words:1)}}»</Pass>
</Server></Servers></FileZilla3>
=== home/ada/.filezilla/recentservers.xml
<FileZilla3><RecentServers><Server><Host>ftp.acme.test</Host><User>ada</User><Pass>«{{words:1}}»</Pass></Server></RecentServers></FileZilla3>
=== AppData/WinSCP.ini
[Sessions\site]
HostName=ftp.acme.test
UserName=ada
Password=«{{HEX:60}}»
=== site/.ftpconfig
{
    "protocol": "ftp",
    "host": "ftp.acme.test",
    "user": "ada",
    "pass": "«{{words:1}}»",
    "promptForPass": false
}
=== site/.vscode/sftp.json
{"host": "ftp.acme.test", "username": "ada", "password": "«{{words:1}}»", "remotePath": "/"}
=== site/sftp-config.json
{
    // The tab key will cycle through the settings
    "type": "sftp",
    "host": "ftp.acme.test",
    "user": "ada",
    "password": "«{{words:1}}»",
}
=== site/.remote-sync.json
{"uploadOnSave": true, "hostname": "ftp.acme.test", "username": "ada", "password": "«{{words:1}}»"}
=== site/.ftppass
{"key": {"username": "ada", "password": "«{{words:1}}»"}}
=== site/deployment-config.json
{"host": "ftp.acme.test", "username": "ada", "password": "«{{words:1}}»"}
=== site/.idea/webServers.xml
<webServer id="1" name="live"><fileTransfer host="ftp.acme.test" port="21" password="«dff9{{hex:36}}»" username="ada"></fileTransfer></webServer>
=== site/live.ste
<site><remoteserver servername="live" host="ftp.acme.test" user="ada" pw="«{{HEX:24}}»"/></site>
=== AppData/wcx_ftp.ini
[site]
host=ftp.acme.test
username=ada
password=«{{HEX:40}}»
=== home/ada/.squirrel-sql/SQLAliases23.xml
<Beans><Bean Class="net.sourceforge.squirrel_sql.client.gui.db.SQLAlias"><name>site</name><password>«{{words:1}}»</password><userName>app</userName></Bean></Beans>
=== connections.ncx
<Connections><Connection ConnectionName="site" ConnType="MYSQL" UserName="app" Password="«{{HEX:32}}»"/></Connections>
=== portable_settings.txt
Servers\site\User<|||>1<|||>app
Servers\site\Password<|||>1<|||>«{{HEX:20}}4»
=== office.rdp
full address:s:rdp.acme.test
username:s:ACME\ada
password 51:b:«{{HEX:240}}»
=== confCons.xml
<Connections><Node Name="web" Type="Connection" Username="ada" Domain="ACME" Password="«{{base64:43}}=»" Hostname="10.0.0.5" Protocol="RDP"/></Connections>
=== home/ada/.local/share/remmina/web.remmina
[remmina]
name=web
username=ada
password=«{{base64:22}}==»
=== servers.rdg
<RDCMan><file><server><logonCredentials><userName>ada</userName><password>«{{base64:88}}»</password></logonCredentials></server></file></RDCMan>
=== ultravnc.ini
[ultravnc]
passwd=«{{HEX:18}}»
=== logon.reg
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon]
"DefaultUserName"="ada"
"DefaultPassword"="«{{words:1}}»"
=== putty.reg
[HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\web]
"ProxyUsername"="ada"
"ProxyPassword"="«{{words:1}}»"
=== Unattend.xml
<UserAccounts><AdministratorPassword><Value>«{{b64:(words:2)}}»</Value><PlainText>false</PlainText></AdministratorPassword></UserAccounts>
=== sysprep.inf
[GuiUnattended]
AdminPassword=«{{words:1}}»
OEMSkipRegional=1
=== Policies/Machine/Preferences/Groups/Groups.xml
<Groups><User name="Administrator"><Properties action="U" cpassword="«{{base64:43}}»" userName="Administrator"/></User></Groups>
=== ks.cfg
lang en_US
rootpw --iscrypted «$6${{alnum:16}}${{alnum:86}}»
=== anaconda-ks.cfg
rootpw --plaintext «{{words:1}}»
=== preseed.cfg
d-i passwd/root-password password «{{words:1}}»
=== cloud/user-data
#cloud-config
hostname: web
password: «{{words:1}}»
chpasswd: { expire: False }
=== boot/grub/grub.cfg
set superusers="root"
password_pbkdf2 root «grub.pbkdf2.sha512.10000.{{HEX:128}}.{{HEX:128}}»
=== home/ada/.purple/accounts.xml
<account><protocol>prpl-jabber</protocol><name>ada@acme.test</name><password>«{{words:1}}»</password></account>
=== home/ada/.irssi/config
servers = (
  { address = "irc.acme.test"; chatnet = "acme"; port = "6697"; password = "«{{words:1}}»"; }
);
=== home/ada/.weechat/irc.conf
[server]
acme.addresses = "irc.acme.test/6697"
acme.sasl_password = "«{{words:1}}»"
=== home/ada/.znc/configs/znc.conf
<User ada>
	<Network acme>
		Server = irc.acme.test +6697 «{{words:1}}»
	</Network>
</User>
=== etc/mpd.conf
port "6600"
password "«{{words:1}}»@read,add,control,admin"
=== authelia/users_database.yml
users:
  ada:
    displayname: "Ada"
    password: "«$argon2id$v=19$m=65536,t=3,p=4${{base64:22}}${{base64:43}}»"
"##;
