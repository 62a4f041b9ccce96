/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-signature.h"
#include "test-keys.h"

static DroverPinnedKey keys[] = {
  { "good", "the good one" },
  { "other", "somebody else" },
  { "expired", "the expired one" },
  { "revoked", "the revoked one" },
  { "parted", "the one with a subkey" },
  { "wrong", "a wrong copy" },
};

static GBytes *text;

static DroverSignature *
verify (const char *key, GBytes *signature, GError **error)
{
  return drover_test_await_boxed (drover_signature_verify_bytes (key, text, signature, "SUMS",
                                                                 NULL), error);
}

static void
assert_refused (const char *key, GBytes *signature, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSignature) found = verify (key, signature, &error);

  g_assert_null (found);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE);
  g_test_message ("%s", error->message);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
}

static void
test_good (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSignature) found = verify ("good", signature, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found->fingerprint, ==, keys[0].fingerprint);
  g_assert_nonnull (strstr (found->signer, "the good one"));
  g_assert_nonnull (strstr (found->signer, keys[0].fingerprint));
  g_assert_cmpint (found->time, >, 0);
  g_assert_null (found->text);
}

static void
test_good_file (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "signed", NULL);
  g_autofree char *big = g_strnfill (3000000, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new_static (big, 3000000);
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, bytes);
  g_autoptr (DroverSignature) found = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, big, 3000000, NULL);
  found = drover_test_await_boxed (drover_signature_verify_file ("good", path, signature, "signed",
                                                                 NULL), &error);
  g_assert_no_error (error);
  g_assert_nonnull (found);

  /* One bit less. */
  big[2999999] = 'y';
  g_file_set_contents (path, big, 3000000, NULL);
  g_clear_pointer (&found, drover_signature_free);
  found = drover_test_await_boxed (drover_signature_verify_file ("good", path, signature, "signed",
                                                                 NULL), &error);
  g_assert_null (found);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE);
  g_assert_nonnull (strstr (error->message, "is not what was signed"));
}

static void
test_subkey (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("parted", NULL, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSignature) found = verify ("parted", signature, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found->fingerprint, ==, keys[4].fingerprint);
}

static void
test_armored (void)
{
  g_autoptr (GBytes) signature = test_keys_gpg (text, "--armor", "--local-user", "good",
                                                "--detach-sign");
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSignature) found = verify ("good", signature, &error);

  g_assert_no_error (error);
  g_assert_nonnull (found);
}

/* As Ubuntu's lists were in the years of two keys. */
static void
test_two_signatures (void)
{
  g_autoptr (GBytes) signature = test_keys_gpg (text, "--local-user", "other", "--local-user",
                                                "good", "--detach-sign");
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSignature) found = verify ("good", signature, &error);

  g_assert_no_error (error);
  g_assert_nonnull (found);
}

static void
test_other_key (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("other", NULL, text);

  assert_refused ("good", signature, "*SUMS*is signed by another key, *, and not by the good one*");
}

static void
test_other_file (void)
{
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, other);

  assert_refused ("good", signature, "*SUMS*is not what was signed by the good one*");
}

static void
test_expired_key (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("expired", TEST_KEYS_PAST, text);

  assert_refused ("expired", signature, "*with a key of the expired one that has expired (*");
}

static void
test_expired_signature (void)
{
  g_autoptr (GBytes) signature = NULL;

  signature = test_keys_gpg (text, "--faked-system-time", "20240101T000000!", "--local-user",
                             "good", "--default-sig-expire", "1d", "--detach-sign");
  assert_refused ("good", signature, "*The signature of*by the good one has expired (*");
}

static void
test_revoked (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "revoked.sig", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) signature = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  signature = g_bytes_new (contents, length);
  assert_refused ("revoked", signature, "*with a key of the revoked one that was revoked*");
}

static void
test_damaged (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, text);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) noise = g_bytes_new_static ("<html>Not here</html>", 21);

  assert_refused ("good", empty, "The signature of “SUMS” is empty");
  assert_refused ("good", noise, "*is damaged, or is no OpenPGP signature");
  for (gsize length = 1; length < g_bytes_get_size (signature); length += 7)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (signature, 0, length);

      assert_refused ("good", cut, "*SUMS*");
    }
}

/* A message that brings its own text is no signature of ours. */
static void
test_not_detached (void)
{
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  g_autoptr (GBytes) message = test_keys_gpg (other, "--local-user", "good", "--sign");
  g_autoptr (GBytes) clear = test_keys_gpg (other, "--local-user", "good", "--clear-sign");

  assert_refused ("good", message, "*SUMS*");
  assert_refused ("good", clear, "*SUMS*");
}

static void
test_clear_signed (void)
{
  g_autoptr (GBytes) clear = test_keys_gpg (text, "--local-user", "good", "--clear-sign");
  g_autofree char *more = NULL;
  g_autoptr (GBytes) with_more = NULL;
  g_autoptr (DroverSignature) found = NULL;
  g_autoptr (GError) error = NULL;

  more = g_strdup_printf ("forged line before\n%.*s\nforged line behind\n",
                          (int) g_bytes_get_size (clear),
                          (const char *) g_bytes_get_data (clear, NULL));
  with_more = g_bytes_new_static (more, strlen (more));
  found = drover_test_await_boxed (drover_signature_verify_text ("good", with_more, "SUMS", NULL),
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (found->text, NULL), g_bytes_get_size (found->text),
                   g_bytes_get_data (text, NULL), g_bytes_get_size (text));
}

static void
test_clear_signed_changed (void)
{
  g_autoptr (GBytes) clear = test_keys_gpg (text, "--local-user", "good", "--clear-sign");
  g_autofree char *changed = g_strndup (g_bytes_get_data (clear, NULL), g_bytes_get_size (clear));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DroverSignature) found = NULL;
  g_autoptr (GError) error = NULL;

  *strstr (changed, "publisher") = 'P';
  bytes = g_bytes_new_static (changed, strlen (changed));
  found = drover_test_await_boxed (drover_signature_verify_text ("good", bytes, "SUMS", NULL),
                                   &error);
  g_assert_null (found);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE);
  g_clear_error (&error);

  /* Without any signature. */
  found = drover_test_await_boxed (drover_signature_verify_text ("good", text, "SUMS", NULL),
                                   &error);
  g_assert_null (found);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE);
}

static void
test_unknown_key (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);

  assert_refused ("nobody", empty, "Drover has no key called “nobody”*");
}

static void
test_wrong_copy (void)
{
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, text);

  assert_refused ("wrong", signature, "*is not the key that it says it is");
}

/* The home of the one who runs the test is neither read nor made. */
static void
test_private (void)
{
  const char *home = g_getenv ("GNUPGHOME");

  g_assert_nonnull (home);
  g_assert_false (g_file_test (home, G_FILE_TEST_EXISTS));
}

/* Each key in the product is the one that the table says, and can sign today. */
static void
test_own_keys (void)
{
  const DroverPinnedKey *own;
  g_autoptr (GBytes) noise = g_bytes_new_static ("no signature", 12);
  gsize n;

  drover_keyring_pin (NULL, 0);
  own = drover_keyring_get_pinned (&n);
  g_assert_cmpuint (n, >=, 4);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (strlen (own[i].fingerprint), ==, 40);
      assert_refused (own[i].name, noise, "*is no OpenPGP signature");
    }
  drover_keyring_pin (keys, G_N_ELEMENTS (keys));
}

static void
make_revoked (const char *fingerprint)
{
  g_autofree char *base = g_strdup_printf ("%s.rev", fingerprint);
  g_autofree char *path = g_build_filename (test_keys_home (), "openpgp-revocs.d", base, NULL);
  g_autofree char *certificate = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) done = NULL;

  g_assert_true (g_file_get_contents (path, &certificate, NULL, NULL));
  /* gpg has put a colon there against accidents. */
  *strstr (certificate, ":-----BEGIN") = '\n';
  bytes = g_bytes_new_static (certificate, strlen (certificate));
  done = test_keys_gpg (bytes, "--import");
}

static void
make_keys (void)
{
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) added = NULL;
  g_autofree char *path = g_build_filename (drover_test_dir (), "revoked.sig", NULL);

  keys[0].fingerprint = test_keys_make ("good", "20230101T000000!", "never");
  keys[1].fingerprint = test_keys_make ("other", NULL, "never");
  keys[2].fingerprint = test_keys_make ("expired", TEST_KEYS_PAST, "1y");
  keys[3].fingerprint = test_keys_make ("revoked", NULL, "never");
  keys[4].fingerprint = test_keys_make ("parted", NULL, "never");
  keys[5].fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";

  signature = test_keys_sign ("revoked", NULL, text);
  g_file_set_contents (path, g_bytes_get_data (signature, NULL), g_bytes_get_size (signature),
                       NULL);
  make_revoked (keys[3].fingerprint);
  added = test_keys_gpg (NULL, "--quick-add-key", keys[4].fingerprint, "ed25519", "sign", "never");

  for (gsize i = 0; i < 5; i++)
    keys[i].file = test_keys_export (keys[i].name);
  keys[5].file = keys[0].file;
  drover_keyring_pin (keys, G_N_ELEMENTS (keys));
}

int
main (int argc, char *argv[])
{
  g_autofree char *nowhere = NULL;
  int status;

  drover_test_init (&argc, &argv);
  nowhere = g_build_filename (drover_test_dir (), "users-own-gnupg", NULL);
  g_setenv ("GNUPGHOME", nowhere, TRUE);
  text = g_bytes_new_static ("A text of the publisher's.\n", 27);
  make_keys ();

  g_test_add_func ("/signature/good", test_good);
  g_test_add_func ("/signature/good-file", test_good_file);
  g_test_add_func ("/signature/armored", test_armored);
  g_test_add_func ("/signature/subkey", test_subkey);
  g_test_add_func ("/signature/two", test_two_signatures);
  g_test_add_func ("/signature/other-key", test_other_key);
  g_test_add_func ("/signature/other-file", test_other_file);
  g_test_add_func ("/signature/expired-key", test_expired_key);
  g_test_add_func ("/signature/expired", test_expired_signature);
  g_test_add_func ("/signature/revoked", test_revoked);
  g_test_add_func ("/signature/damaged", test_damaged);
  g_test_add_func ("/signature/not-detached", test_not_detached);
  g_test_add_func ("/signature/clear-signed", test_clear_signed);
  g_test_add_func ("/signature/clear-signed/changed", test_clear_signed_changed);
  g_test_add_func ("/signature/unknown-key", test_unknown_key);
  g_test_add_func ("/signature/wrong-copy", test_wrong_copy);
  g_test_add_func ("/signature/own-keys", test_own_keys);
  g_test_add_func ("/signature/private", test_private);

  status = drover_test_run ();
  test_keys_clean_up ();
  return status;
}
