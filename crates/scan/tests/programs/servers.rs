//! Servers, databases and what watches them.

pub(crate) const CASES: &str = r##"
=== etc/shadow
root:«$6${{alnum:16}}${{alnum:86}}»:19700:0:99999:7:::
daemon:*:19700:0:99999:7:::
=== backup/shadow.bak
ada:«$y$j9T${{alnum:22}}${{alnum:43}}»:19700:0:99999:7:::
=== etc/passwd
root:x:0:0:root:/root:/bin/bash
ada:«$1${{alnum:8}}${{alnum:22}}»:1000:1000::/home/ada:/bin/sh
=== site/.htpasswd
ada:«$apr1${{alnum:8}}${{alnum:22}}»
=== old/.htpasswd
ada:«{{alnum:13}}»
=== etc/apache2/htdigest
ada:staff:«{{hex:32}}»
=== etc/redis/redis.conf
bind 127.0.0.1
port 6379
requirepass «{{words:1}}»
# masterauth <master-password>
=== etc/redis/users.acl
user default off
user app on >«{{words:1}}» ~app:* +@all
=== etc/memcached-sasl-pwdb.pwd/memcached.pwd
app:«{{words:1}}»
=== etc/mongo-keyfile
«{{base64:756}}»
=== site/config/mongoid.yml
production:
  clients:
    default:
      database: site
      options:
        user: 'site'
        password: '«{{words:1}}»'
=== home/ada/.mongorc.js
db = connect("localhost/admin");
db.auth("ada", "«{{words:1}}»");
=== home/ada/robomongo.json
{"connections": [{"connectionName": "site", "credentials": [{"databaseName": "admin", "enabled": true, "userName": "ada", "userPassword": "«{{words:1}}»"}]}]}
=== etc/rabbitmq/rabbitmq.conf
default_user = ops
default_pass = «{{words:1}}»
=== etc/rabbitmq/definitions.json
{"users": [{"name": "ops", "password_hash": "«{{base64:47}}=»", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "administrator"}]}
=== var/lib/rabbitmq/.erlang.cookie
«{{upper:20}}»
=== etc/kafka/kafka_server_jaas.conf
KafkaServer {
    org.apache.kafka.common.security.plain.PlainLoginModule required
    username="broker"
    password="«{{words:1}}»";
};
=== etc/kafka/server.properties
broker.id=0
ssl.keystore.location=/etc/kafka/broker.jks
ssl.keystore.password=«{{words:1}}»
=== etc/elasticsearch/users
ops:«$2a$10${{alnum:53}}»
=== etc/kibana/kibana.yml
server.port: 5601
elasticsearch.username: "kibana_system"
elasticsearch.password: "«{{words:1}}»"
=== etc/logstash/conf.d/logstash-out.conf
output {
  elasticsearch {
    hosts => ["https://db.acme.test:9200"]
    user => "logstash"
    password => "«{{words:1}}»"
  }
}
=== home/ada/.cassandra/cqlshrc
[authentication]
username = ada
password = «{{words:1}}»
=== etc/java/jmxremote.password
monitorRole «{{words:1}}»
=== etc/telegraf/telegraf.conf
[[outputs.influxdb]]
  urls = ["http://influx.acme.test:8086"]
  username = "telegraf"
  password = "«{{words:1}}»"
=== etc/clickhouse-server/users.xml
<clickhouse><users><default><password>«{{words:1}}»</password><networks><ip>::/0</ip></networks></default></users></clickhouse>
=== opt/couchdb/etc/local.ini
[admins]
;admin = mysecretpassword
ada = «{{words:1}}»
=== etc/hive/hive-site.xml
<configuration>
  <property>
    <name>javax.jdo.option.ConnectionUserName</name>
    <value>hive</value>
  </property>
  <property>
    <name>javax.jdo.option.ConnectionPassword</name>
    <value>«{{words:1}}»</value>
  </property>
</configuration>
=== airflow/airflow.cfg
[core]
dags_folder = /opt/dags
fernet_key = «{{base64url:43}}=»
=== home/ada/.jupyter/jupyter_notebook_config.py
c = get_config()
c.NotebookApp.ip = '*'
c.NotebookApp.password = u'«sha1:{{hex:12}}:{{hex:40}}»'
=== etc/grafana/grafana.ini
[security]
;secret_key =
admin_user = ops
admin_password = «{{words:1}}»
=== etc/prometheus/prometheus.yml
scrape_configs:
  - job_name: node
    basic_auth:
      username: prom
      password: «{{words:1}}»
=== etc/alertmanager/alertmanager.yml
global:
  smtp_from: alerts@acme.test
  smtp_auth_username: alerts
  smtp_auth_password: '«{{words:1}}»'
=== etc/zabbix/zabbix_server.conf
DBName=zabbix
DBUser=zabbix
# DBPassword=
DBPassword=«{{words:1}}»
=== etc/zabbix/web/zabbix.conf.php
<?php
$DB['TYPE'] = 'MYSQL';
$DB['USER'] = 'zabbix';
$DB['PASSWORD'] = '«{{words:1}}»';
=== etc/nagios/resource.cfg
$USER1$=/usr/lib/nagios/plugins
$USER4$=«{{words:1}}»
=== etc/icinga2/conf.d/api-users.conf
object ApiUser "ops" {
  password = "«{{words:1}}»"
  permissions = [ "*" ]
}
=== etc/bacula/bacula-dir.conf
Director {
  Name = acme-dir
  Password = "«{{words:1}}»"
}
=== etc/borgmatic/config.yaml
storage:
    encryption_passphrase: "«{{words:2}}»"
=== etc/supervisor/supervisord.conf
[inet_http_server]
port = 127.0.0.1:9001
username = ops
password = «{{words:1}}»
=== etc/caddy/Caddyfile
acme.test {
  basicauth {
    ada «JDJhJDE0J{{base64:71}}»
  }
}
=== traefik/traefik.toml
[http.middlewares.auth.basicAuth]
  users = ["ada:«$apr1${{alnum:8}}${{alnum:22}}»"]
=== etc/mosquitto/passwd
ada:«$7$101${{base64:16}}${{base64:86}}==»
=== site/docker-compose.yml
services:
  db:
    image: mariadb
    environment:
      MYSQL_DATABASE: site
      MYSQL_ROOT_PASSWORD: «{{words:1}}»
=== api/docker-compose.prod.yaml
services:
  db:
    environment:
      - POSTGRES_USER=site
      - POSTGRES_PASSWORD=«{{words:1}}»
=== site/Dockerfile
FROM debian
ENV DB_PASSWORD=«{{words:1}}»
=== k8s/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData:
  password: «{{words:1}}»
=== k8s/deployment.yaml
spec:
  containers:
  - name: web
    env:
    - name: DB_PASSWORD
      value: "«{{words:1}}»"
=== .github/workflows/deploy.yml
jobs:
  deploy:
    env:
      FTP_PASSWORD: «{{words:1}}»
=== etc/consul.d/consul.json
{"datacenter": "acme", "encrypt": "«{{base64:43}}=»"}
=== hieradata/common.yaml
---
mysql::server::root_password: '«{{words:1}}»'
=== home/ada/.config/openstack/clouds.yaml
clouds:
  acme:
    auth:
      auth_url: https://cloud.acme.test:5000/v3
      username: ada
      password: «{{words:1}}»
=== acme-openrc.sh
export OS_USERNAME="ada"
export OS_PASSWORD="«{{words:1}}»"
=== etc/ceph/ceph.client.admin.keyring
[client.admin]
	key = «AQ{{base64:36}}==»
=== site/jdbc.properties
jdbc.url=jdbc:postgresql://db.acme.test/site
jdbc.username=app
jdbc.password=«{{words:1}}»
=== hibernate.cfg.xml
<hibernate-configuration><session-factory>
  <property name="hibernate.connection.username">app</property>
  <property name="hibernate.connection.password">«{{words:1}}»</property>
</session-factory></hibernate-configuration>
=== etc/odbc.ini
[site]
Driver = PostgreSQL
UserName = app
Password = «{{words:1}}»
=== reports/nightly.sh
sqlplus -s app/«{{lower:8}}»@db.acme.test:1521/site @nightly.sql
=== minecraft/server.properties
enable-rcon=true
rcon.port=25575
rcon.password=«{{words:1}}»
=== home/ada/.config/transmission-daemon/settings.json
{"rpc-authentication-required": true, "rpc-username": "ada", "rpc-password": "«{{words:1}}»"}
=== home/ada/.config/syncthing/config.xml
<configuration><gui enabled="true"><address>127.0.0.1:8384</address><apikey>«{{alnum:32}}»</apikey></gui></configuration>
=== etc/motion/motion.conf
stream_auth_method 1
stream_authentication ada:«{{words:1}}»
=== etc/bind/rndc.key
key "rndc-key" {
	algorithm hmac-sha256;
	secret "«{{base64:43}}=»";
};
=== etc/powerdns/pdns.conf
launch=gmysql
gmysql-user=pdns
gmysql-password=«{{words:1}}»
"##;
