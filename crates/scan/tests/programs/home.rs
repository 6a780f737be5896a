//! Home directories and package managers.

pub(crate) const CASES: &str = r##"
=== home/ada/.netrc
# personal hosts
machine ftp.acme.test
    login ada
    password «{{words:2}}»

machine mirror.acme.test login anonymous
=== C/Users/ada/_netrc
machine git.acme.test login ada password «{{password:10}}»
=== home/ada/.pgpass
# hostname:port:database:username:password
db.acme.test:5432:*:app:«{{words:1}}»
=== AppData/Roaming/postgresql/pgpass.conf
localhost:5432:site:postgres:«{{alnum:8}}»
=== home/ada/.my.cnf
[client]
host     = db.acme.test
user     = root
password = «{{words:1}}»
=== etc/mysql/debian.cnf
[client]
host     = localhost
user     = debian-sys-maint
password = «{{alnum:16}}»
socket   = /var/run/mysqld/mysqld.sock
=== home/ada/.git-credentials
https://ada:«{{words:1}}»@git.acme.test
=== site/.git/config
[core]
	bare = false
[remote "origin"]
	url = https://deploy:«{{words:2}}»@git.acme.test/site.git
	fetch = +refs/heads/*:refs/remotes/origin/*
=== home/ada/.docker/config.json
{
	"auths": {
		"registry.acme.test": {
			"auth": "«{{b64:ada:(words:2)}}»"
		}
	}
}
=== home/ada/.dockercfg
{"https://registry.acme.test/v1/": {"auth": "«{{b64:ada:(words:1)}}»", "email": "ada@acme.test"}}
=== home/ada/.kube/config
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://10.0.0.2:6443
  name: acme
users:
- name: admin
  user:
    username: admin
    password: «{{words:2}}»
=== build/ci.kubeconfig
users:
- name: ci
  user:
    token: «{{alnum:32}}»
=== home/ada/.aws/credentials
[default]
aws_access_key_id = not-here
aws_secret_access_key = «{{base64:40}}»
region = eu-west-1
=== Downloads/new_user_credentials.csv
User name,Password,Access key ID,Secret access key,Console login link
deploy,«{{password:14}}»,,,https://acme.signin.aws.amazon.com/console
=== home/ada/.s3cfg
[default]
access_key = site
bucket_location = US
gpg_passphrase =
secret_key = «{{alnum:40}}»
use_https = True
=== etc/passwd-s3fs
site:«{{alnum:40}}»
=== home/ada/.boto
[Credentials]
gs_access_key_id = site
gs_secret_access_key = «{{base64:40}}»
=== home/ada/.config/gcloud/application_default_credentials.json
{
  "account": "",
  "client_id": "764086051850.apps.googleusercontent.com",
  "refresh_token": "«1//0{{base64url:60}}»",
  "type": "authorized_user"
}
=== home/ada/.azure/accessTokens.json
[{"tokenType": "Bearer", "expiresIn": 3599, "userId": "ada@acme.test", "refreshToken": "«{{base64url:90}}»"}]
=== home/ada/.azure/service_principal_entries.json
[{"client_id": "app", "tenant": "acme", "client_secret": "«{{alnum:34}}»"}]
=== deploy/site.PublishSettings
<publishData><publishProfile profileName="site - Web Deploy" publishMethod="MSDeploy" userName="$site" userPWD="«{{alnum:60}}»" destinationAppUrl="https://site.acme.test"></publishProfile></publishData>
=== home/ada/.config/gh/hosts.yml
github.acme.test:
    user: ada
    oauth_token: «{{hex:40}}»
    git_protocol: https
=== home/ada/.config/hub
github.acme.test:
- user: ada
  oauth_token: «{{hex:40}}»
  protocol: https
=== home/ada/.config/glab-cli/config.yml
hosts:
    gitlab.acme.test:
        token: «{{alnum:20}}»
        user: ada
=== home/ada/.npmrc
registry=https://npm.acme.test/
//npm.acme.test/:_authToken=«{{alnum:36}}»
always-auth=true
=== site/.npmrc
//npm.acme.test/:_auth=«{{b64:ada:(words:2)}}»
email=ada@acme.test
=== ci/.npmrc
//npm.acme.test/:username=ada
//npm.acme.test/:_password="«{{b64:(words:2)}}»"
=== home/ada/.yarnrc.yml
npmRegistries:
  "https://npm.acme.test":
    npmAlwaysAuth: true
    npmAuthIdent: "ada:«{{words:2}}»"
=== home/ada/.pypirc
[distutils]
index-servers = acme

[acme]
repository: https://pypi.acme.test/
username: ada
password: «{{words:1}}»
=== home/ada/.config/pip/pip.conf
[global]
index-url = https://ada:«{{words:1}}»@pypi.acme.test/simple
=== home/ada/.config/pypoetry/auth.toml
[http-basic.acme]
username = "ada"
password = "«{{words:1}}»"
=== home/ada/.gem/credentials
---
:rubygems_api_key: «{{hex:32}}»
=== home/ada/.bundle/config
---
BUNDLE_GEMS__ACME__TEST: "ada:«{{words:1}}»"
BUNDLE_PATH: "vendor"
=== home/ada/.cargo/credentials.toml
[registry]
token = "«{{alnum:32}}»"
=== home/ada/.nuget/NuGet/NuGet.Config
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources><add key="acme" value="https://nuget.acme.test/v3/index.json" /></packageSources>
  <packageSourceCredentials>
    <acme>
      <add key="Username" value="ada" />
      <add key="ClearTextPassword" value="«{{words:2}}»" />
    </acme>
  </packageSourceCredentials>
</configuration>
=== home/ada/.m2/settings.xml
<settings>
  <servers>
    <server>
      <id>releases</id>
      <username>ada</username>
      <password>«{{words:1}}»</password>
    </server>
  </servers>
</settings>
=== home/ada/.m2/settings-security.xml
<settingsSecurity><master>{«{{base64:43}}=»}</master></settingsSecurity>
=== home/ada/.gradle/gradle.properties
org.gradle.jvmargs=-Xmx4g
artifactory_user=ada
artifactory_password=«{{words:1}}»
=== android/key.properties
storePassword=«{{words:1}}»
keyAlias=upload
storeFile=/home/ada/upload.jks
=== android/app/build.gradle
android {
    signingConfigs {
        release {
            storeFile file("upload.jks")
            storePassword "«{{words:2}}»"
            keyAlias "upload"
        }
    }
}
=== home/ada/.sbt/.credentials
realm=Sonatype Nexus Repository Manager
host=nexus.acme.test
user=ada
password=«{{words:1}}»
=== home/ada/.composer/auth.json
{
    "http-basic": {
        "repo.acme.test": {
            "username": "ada",
            "password": "«{{words:1}}»"
        }
    }
}
=== home/ada/.config/rclone/rclone.conf
[nas]
type = sftp
host = nas.acme.test
user = ada
pass = «{{base64url:32}}»
=== home/ada/.terraformrc
credentials "app.terraform.io" {
  token = "«{{alnum:40}}»"
}
=== infra/terraform.tfstate
{"version": 4, "resources": [{"type": "aws_db_instance", "instances": [{"attributes": {"username": "app", "password": "«{{words:2}}»", "port": 5432}}]}]}
=== infra/prod.tfvars
region      = "eu-west-1"
db_password = "«{{words:1}}»"
=== home/ada/.vault-token
«{{uuid}}»
=== ansible/.vault_pass
«{{words:3}}»
=== ansible/inventory/hosts
[web]
web1 ansible_host=10.0.0.5 ansible_user=ops ansible_ssh_pass=«{{words:1}}»
=== ansible/group_vars/all.yml
ansible_user: ops
ansible_become_password: "«{{words:1}}»"
=== chef/encrypted_data_bag_secret
«{{base64:512}}»
=== home/ada/.subversion/auth/svn.simple/4f1a
K 8
passtype
V 6
simple
K 8
password
V 9
«{{lower:9}}»
K 15
svn:realmstring
V 30
<https://svn.acme.test:443> svn
END
=== svn/conf/passwd
### comment
[users]
harry = «{{words:1}}»
=== home/ada/.cvspass
/1 :pserver:ada@cvs.acme.test:2401/cvsroot «A{{alnum:8}}»
=== home/ada/.hgrc
[ui]
username = Ada <ada@acme.test>
[auth]
acme.prefix = https://hg.acme.test
acme.username = ada
acme.password = «{{words:1}}»
=== home/ada/.p4config
P4PORT=ssl:p4.acme.test:1666
P4USER=ada
P4PASSWD=«{{words:1}}»
=== home/ada/.arcrc
{"hosts": {"https://phab.acme.test/api/": {"token": "«cli-{{alnumlower:28}}»"}}}
=== site/.env
APP_NAME=Site
APP_ENV=production
DB_HOST=127.0.0.1
DB_USERNAME=site
DB_PASSWORD=«{{words:1}}»
=== site/.env.production
export SMTP_PASS="«{{words:1}}»"
=== api/.env
JWT_SECRET=«{{alnum:24}}»
=== laravel/.env
APP_KEY=«base64:{{base64:43}}=»
APP_DEBUG=false
=== home/ada/.bash_profile
export PATH=$HOME/bin:$PATH
export PGPASSWORD=«{{words:1}}»
=== home/ada/.zshrc
alias ll='ls -l'
export MYSQL_PWD='«{{words:1}}»'
=== home/ada/.authinfo
machine smtp.acme.test login ada password «{{words:1}}» port 587
"##;
