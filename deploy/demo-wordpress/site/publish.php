<?php
// Publishes a post: php publish.php TITLE TEXT. Prints its number.
require getenv('SCRATCH') . '/wordpress/wp-load.php';
$post = wp_insert_post(['post_title' => $argv[1], 'post_content' => $argv[2],
                        'post_status' => 'publish', 'post_author' => 1], true);
if (is_wp_error($post)) {
  fwrite(STDERR, $post->get_error_message() . "\n");
  exit(1);
}
echo $post, "\n";
