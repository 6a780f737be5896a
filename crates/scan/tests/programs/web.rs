//! Web applications and frameworks.

pub(crate) const CASES: &str = r##"
=== blog/wp-config.php
<?php
define( 'DB_NAME', 'blog' );
define( 'DB_USER', 'blog' );
define( 'DB_PASSWORD', '«{{words:1}}»' );
define( 'DB_HOST', 'localhost' );
=== blog2/wp-config.php.bak
<?php
define('AUTH_KEY',         '«{{alnum:30}}|{{alnum:33}}»');
=== joomla/configuration.php
<?php
class JConfig {
	public $host = 'localhost';
	public $user = 'joomla';
	public $password = '«{{words:1}}»';
	public $db = 'joomla';
}
=== drupal/sites/default/settings.php
<?php
$databases['default']['default'] = array (
  'database' => 'drupal',
  'username' => 'drupal',
  'password' => '«{{words:1}}»',
  'host' => 'localhost',
);
=== drupal8/sites/default/settings.php
<?php
$settings['hash_salt'] = '«{{base64url:74}}»';
=== magento/app/etc/env.php
<?php
return [
    'crypt' => [
        'key' => '«{{hex:32}}»'
    ],
];
=== magento1/app/etc/local.xml
<config><global><resources><default_setup><connection>
  <username><![CDATA[shop]]></username>
  <password><![CDATA[«{{words:1}}»]]></password>
</connection></default_setup></resources></global></config>
=== nextcloud/config/config.php
<?php
$CONFIG = array (
  'instanceid' => 'oc1234',
  'dbuser' => 'nextcloud',
  'dbpassword' => '«{{words:1}}»',
);
=== owncloud/config/config.php
<?php
$CONFIG = array (
  'passwordsalt' => '«{{alnum:30}}»',
);
=== mediawiki/LocalSettings.php
<?php
$wgDBuser = "wiki";
$wgDBpassword = "«{{words:1}}»";
=== phpmyadmin/config.inc.php
<?php
$cfg['blowfish_secret'] = '«{{alnum:32}}»';
=== phpmyadmin2/config.inc.php
<?php
$cfg['Servers'][$i]['user'] = 'root';
$cfg['Servers'][$i]['password'] = '«{{words:1}}»';
=== phpbb/config.php
<?php
$dbuser = 'phpbb';
$dbpasswd = '«{{words:1}}»';
=== moodle/config.php
<?php
$CFG->dbuser    = 'moodle';
$CFG->dbpass    = '«{{words:1}}»';
=== opencart/config.php
<?php
define('DB_USERNAME', 'shop');
define('DB_PASSWORD', '«{{words:1}}»');
=== prestashop/config/settings.inc.php
<?php
define('_DB_USER_', 'shop');
define('_DB_PASSWD_', '«{{words:1}}»');
=== prestashop17/app/config/parameters.php
<?php return array (
  'parameters' => array (
    'database_user' => 'shop',
    'database_password' => '«{{words:1}}»',
  ),
);
=== matomo/config/config.ini.php
; <?php exit; ?> DO NOT REMOVE THIS LINE
[database]
username = "matomo"
password = "«{{words:1}}»"
=== mautic/app/config/local.php
<?php
$parameters = array(
	'db_user' => 'mautic',
	'db_password' => '«{{words:1}}»',
);
=== typo3/typo3conf/LocalConfiguration.php
<?php
return [
    'DB' => ['Connections' => ['Default' => [
        'user' => 'typo3',
        'password' => '«{{words:1}}»',
    ]]],
];
=== codeigniter/application/config/database.php
<?php
$db['default'] = array(
	'username' => 'ci',
	'password' => '«{{words:1}}»',
	'database' => 'ci',
);
=== yii/config/db.php
<?php
return [
    'class' => 'yii\db\Connection',
    'username' => 'yii',
    'password' => '«{{words:1}}»',
];
=== oscommerce/includes/configure.php
<?php
  define('DB_SERVER_USERNAME', 'shop');
  define('DB_SERVER_PASSWORD', '«{{words:1}}»');
=== symfony/app/config/parameters.yml
parameters:
    database_user: site
    database_password: «{{words:1}}»
    mailer_password: ~
=== django/site/settings.py
DEBUG = True
SECRET_KEY = '«{{alnum:50}}»'
=== django2/site/settings/production.py
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'USER': 'site',
        'PASSWORD': '«{{words:1}}»',
    }
}
=== flask/config.py
class Config:
    MAIL_USERNAME = 'ada'
    MAIL_PASSWORD = '«{{words:1}}»'
=== odoo/odoo.conf
[options]
admin_passwd = «{{words:1}}»
db_user = odoo
=== rails/config/master.key
«{{hex:32}}»
=== rails/config/secrets.yml
production:
  secret_key_base: «{{hex:128}}»
=== rails3/config/initializers/secret_token.rb
Site::Application.config.secret_token = '«{{hex:128}}»'
=== rails/config/database.yml
production:
  adapter: mysql2
  username: site
  password: «{{words:1}}»
=== rails/config/initializers/devise.rb
Devise.setup do |config|
  config.secret_key = '«{{hex:128}}»'
end
=== gitlab/gitlab.rb
gitlab_rails['smtp_user_name'] = "ada"
gitlab_rails['smtp_password'] = "«{{words:1}}»"
=== gitlab/gitlab-secrets.json
{"gitlab_rails": {"db_key_base": "«{{hex:128}}»"}}
=== phoenix/config/prod.secret.exs
import Config
config :site, Site.Endpoint,
  secret_key_base: "«{{base64:64}}»"
=== phoenix/config/dev.exs
config :site, Site.Repo,
  username: "site",
  password: "«{{words:1}}»",
  database: "site_dev"
=== spring/src/main/resources/application.properties
spring.datasource.url=jdbc:mysql://db.acme.test/site
spring.datasource.username=site
spring.datasource.password=«{{words:1}}»
=== spring/src/main/resources/application-prod.yml
spring:
  mail:
    host: smtp.acme.test
    username: ada
    password: «{{words:1}}»
=== play/conf/application.conf
play.http.secret.key = "«{{alnum:60}}»"
=== play/conf/db.conf
db.default.username = "site"
db.default.password = "«{{words:1}}»"
=== aspnet/Web.config
<configuration><system.net><mailSettings><smtp>
  <network host="smtp.acme.test" userName="ada" password="«{{words:1}}»" />
</smtp></mailSettings></system.net></configuration>
=== aspnet/web.release.config
<connectionStrings>
  <add name="Site" connectionString="Data Source=db;Initial Catalog=site;User ID=app;Password=«{{words:1}}»" providerName="System.Data.SqlClient" />
</connectionStrings>
=== aspnet/machine.config
<machineKey validationKey="«{{HEX:128}}»" validation="HMACSHA256" />
=== aspnet/appsettings.json
{"Smtp": {"Host": "smtp.acme.test", "User": "ada", "Password": "«{{words:1}}»"}}
=== aspnet/appsettings.Production.json
{"ConnectionStrings": {"Default": "Server=db;Database=site;User Id=app;Password=«{{words:1}}»"}}
=== tomcat/conf/tomcat-users.xml
<tomcat-users>
  <role rolename="manager-gui"/>
  <user username="ops" password="«{{words:1}}»" roles="manager-gui"/>
</tomcat-users>
=== tomcat/conf/server.xml
<Connector port="8443" SSLEnabled="true" keystoreFile="conf/k.jks" keystorePass="«{{words:1}}»" />
=== tomcat/conf/context.xml
<Context><Resource name="jdbc/site" auth="Container" type="javax.sql.DataSource" username="app" password="«{{words:1}}»" url="jdbc:mysql://db/site"/></Context>
=== jetty/etc/realm.properties
ops: «OBF:{{alnumlower:32}}»,admin
=== wildfly/configuration/mgmt-users.properties
# Properties declaration of users
ops=«{{hex:32}}»
=== wildfly/configuration/standalone.xml
<datasource jndi-name="java:/Site"><security><user-name>app</user-name><password>«{{words:1}}»</password></security></datasource>
=== weblogic/servers/AdminServer/security/boot.properties
username=weblogic
password=«{AES}{{base64:43}}=»
=== jenkins/credentials.xml
<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
  <id>acme</id>
  <username>ci</username>
  <password>«{AQAAABAAAAAQ{{base64:40}}==}»</password>
</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
=== jenkins/secrets/master.key
«{{hex:256}}»
=== jenkins/secrets/initialAdminPassword
«{{hex:32}}»
=== teamcity/config/database.properties
connectionUrl=jdbc\:mysql\://db/teamcity
connectionProperties.user=teamcity
connectionProperties.password=«{{words:1}}»
=== sonarqube/conf/sonar.properties
sonar.jdbc.username=sonar
sonar.jdbc.password=«{{words:1}}»
=== gitea/conf/app.ini
[database]
DB_TYPE = mysql
USER = gitea
PASSWD = «{{words:1}}»
=== hass/secrets.yaml
# Use this file to store secrets
wifi_password: «{{words:2}}»
=== esphome/lamp.yaml
esphome:
  name: lamp
api:
  encryption:
    key: "«{{base64:43}}=»"
=== node-red/.node-red/settings.js
module.exports = {
    credentialSecret: "«{{words:2}}»",
};
=== octoprint/.octoprint/users.yaml
ada:
  active: true
  apikey: «{{HEX:32}}»
=== confluence/confluence.cfg.xml
<confluence-configuration><properties><property name="hibernate.connection.password">«{{words:1}}»</property></properties></confluence-configuration>
=== synapse/homeserver.yaml
server_name: "acme.test"
registration_shared_secret: "«{{words:2}}»"
=== app/config.json
{"database": {"host": "db", "user": "app", "password": "«{{words:1}}»"}}
=== app/config/secrets.yml
smtp:
  user: ada
  pass: «{{words:1}}»
=== app/settings.ini
[database]
user = app
password = «{{words:1}}»
=== node/config.js
module.exports = {
  db: { user: 'app', password: '«{{words:1}}»' },
};
=== run/secrets/db_password
«{{password:14}}»
"##;
