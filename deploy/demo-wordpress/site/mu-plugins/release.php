<?php
/*
Plugin Name: Release
Description: Says on every page which release rendered it, and who asked.
*/

function release_name() {
  return getenv('RELEASE');
}

// The identity that the caller's certificate proved, as this pod's sidecar
// hands it on; empty where the request came in plaintext.
function release_caller() {
  $certificates = explode(',', $_SERVER['HTTP_X_FORWARDED_CLIENT_CERT'] ?? '');
  preg_match('#URI=(spiffe://[^;"]*)#', end($certificates), $found);
  return $found[1] ?? '';
}

add_filter('option_blogdescription', fn($tagline) => 'The ' . release_name() . ' release');

add_action('wp_head', function () {
  printf('<meta name="release" content="%s">' . "\n", esc_attr(release_name()));
  printf('<meta name="caller" content="%s">' . "\n", esc_attr(release_caller()));
});

add_action('wp_footer', function () {
  printf('<p style="text-align:center">Rendered by <b>%s</b>, asked by <b>%s</b></p>',
         esc_html(release_name()), esc_html(release_caller() ?: 'nobody with a certificate'));
});

// No mail and no calls out of a pod: answered here, and not after a time-out.
add_filter('pre_wp_mail', '__return_false');
add_filter('pre_http_request',
           fn() => new WP_Error('http_request_not_executed', 'No way out of this pod.'));
