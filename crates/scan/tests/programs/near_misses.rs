//! Files of the same programs that hold no secret: templates, references, comments, other settings.

pub(crate) const CASES: &str = r##"
=== home/ada/.netrc
machine ftp.acme.test login ada password <password>
=== home/ada/.pgpass
#hostname:port:database:username:password
=== home/ada/.my.cnf
[client]
user = root
# password = your_password
=== site/.env
DB_PASSWORD=
SMTP_PASS=${SMTP_PASS}
JWT_SECRET=changeme
=== site/.env.example
DB_PASSWORD=your_password_here
API_KEY=xxxxxxxxxxxxxxxx
=== home/ada/.npmrc
//npm.acme.test/:_authToken=${NPM_TOKEN}
=== blog/wp-config-sample.php
<?php
define( 'DB_PASSWORD', 'password_here' );
define( 'AUTH_KEY', 'put your unique phrase here' );
=== rails/config/database.yml
production:
  password: <%= ENV['DB_PASSWORD'] %>
=== spring/src/main/resources/application.properties
spring.datasource.password=${DB_PASSWORD}
server.ssl.key-store-password=ENC(c2VjcmV0)
password.min-length=8
=== etc/redis/redis.conf
# requirepass foobared
protected-mode yes
=== etc/grafana/grafana.ini
;admin_password = admin
;secret_key =
=== infra/prod.tfvars
db_password = ""
=== infra/terraform.tfstate
{"attributes": {"password": null, "password_length": 16, "secret_arn": "arn:aws:secretsmanager:eu-west-1:1:secret:x"}}
=== site/docker-compose.yml
services:
  db:
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:?}
      MYSQL_ROOT_PASSWORD_FILE: /run/secrets/db
=== hass/configuration.yaml
http:
  api_password: !secret http_password
=== ansible/group_vars/all.yml
ansible_become_password: "{{ vault_become_password }}"
=== home/ada/.m2/settings.xml
<settings><servers><server><id>x</id><password>${env.NEXUS_PASSWORD}</password></server></servers></settings>
=== django/site/settings.py
SECRET_KEY = os.environ['SECRET_KEY']
PASSWORD_HASHERS = ['django.contrib.auth.hashers.Argon2PasswordHasher']
=== laravel/config/database.php
<?php
return ['mysql' => ['username' => env('DB_USERNAME', 'forge'), 'password' => env('DB_PASSWORD', '')]];
=== tomcat/conf/server.xml
<Connector port="8080" protocol="HTTP/1.1" redirectPort="8443" />
=== router.cfg
enable secret 5 <removed>
no service password-encryption
=== etc/shadow
root:!:19700:0:99999:7:::
daemon:*:19700:0:99999:7:::
=== filezilla.xml
<FileZilla3><Servers><Server><User>ada</User><Pass></Pass></Server></Servers></FileZilla3>
=== site/Dockerfile
ARG DB_PASSWORD
ENV DB_PASSWORD=$DB_PASSWORD
=== k8s/secret.yaml
stringData:
  password: {{ .Values.password | quote }}
"##;
