<?php
// Both releases are one WordPress, with one database and one content folder;
// only what getenv('RELEASE') says differs.

define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_HOST', 'mariadb');  // the service's name: found at its virtual address
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';
require getenv('SCRATCH') . '/secrets.php';  // DB_PASSWORD, keys and salts

define('WP_HOME', 'https://' . getenv('BLOG_HOST'));
define('WP_SITEURL', WP_HOME);
define('WP_CONTENT_DIR', getenv('SCRATCH') . '/content');
define('WP_CONTENT_URL', WP_HOME . '/wp-content');
define('WP_DEFAULT_THEME', 'twentytwentyone');

// TLS ends at the ingress, and what the sidecar hands over is plain HTTP again.
// WordPress would redirect to https for ever if it were not told.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
  $_SERVER['HTTPS'] = 'on';
}

// There is no way out of a pod but to services of the mesh.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISALLOW_FILE_MODS', true);

if (!defined('ABSPATH')) {
  define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
