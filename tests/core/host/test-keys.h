/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "drover-keyring.h"
#include "drover-test.h"

/* OpenPGP keys that live as long as the test: made by gpg in a folder of its own. */

#define TEST_KEYS_PAST "20200101T000000!"

static const char *
test_keys_home (void)
{
  static char *home;

  if (home == NULL)
    {
      home = g_dir_make_tmp ("dk-XXXXXX", NULL); /* short, for gpg-agent's sockets */
      g_assert_nonnull (home);
    }
  return home;
}

static GBytes *
test_keys_run (const char *const *arguments, GBytes *input)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_newv (arguments,
                               (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0) |
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                               G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, input, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s %s … failed", arguments[0], arguments[7] != NULL ? arguments[7] : "");
  return g_steal_pointer (&output);
}

#define test_keys_gpg(input, ...)                                                       \
  test_keys_run ((const char *const[]){ "gpg", "--batch", "--quiet", "--yes",           \
                                        "--pinentry-mode=loopback", "--passphrase=",    \
                                        "--homedir", test_keys_home (), __VA_ARGS__,    \
                                        NULL }, input)

/* Makes a key for NAME, at the time WHEN that lasts for HOW_LONG, and returns its fingerprint. */
static char *
test_keys_make (const char *name, const char *when, const char *how_long)
{
  g_autofree char *uid = g_strdup_printf ("%s <%s@example.org>", name, name);
  g_autoptr (GBytes) made = NULL;
  g_autoptr (GBytes) listed = NULL;
  g_autofree char *text = NULL;
  const char *found;

  if (when != NULL)
    made = test_keys_gpg (NULL, "--faked-system-time", when, "--quick-generate-key", uid,
                          "ed25519", "sign", how_long);
  else
    made = test_keys_gpg (NULL, "--quick-generate-key", uid, "ed25519", "sign", how_long);

  listed = test_keys_gpg (NULL, "--with-colons", "--list-keys", uid);
  text = g_strndup (g_bytes_get_data (listed, NULL), g_bytes_get_size (listed));
  found = strstr (text, "\nfpr:::::::::");
  g_assert_nonnull (found);
  return g_strndup (found + strlen ("\nfpr:::::::::"), 40);
}

/* Writes the public key of NAME to a file, as the product has its own in files. */
static char *
test_keys_export (const char *name)
{
  g_autoptr (GBytes) key = test_keys_gpg (NULL, "--armor", "--export-options", "export-minimal",
                                          "--export", name);
  g_autofree char *base = g_strdup_printf ("%s.asc", name);
  char *path = g_build_filename (drover_test_dir (), base, NULL);

  g_file_set_contents (path, g_bytes_get_data (key, NULL), g_bytes_get_size (key), NULL);
  return path;
}

G_GNUC_UNUSED static GBytes *
test_keys_sign (const char *name, const char *when, GBytes *what)
{
  return when != NULL ? test_keys_gpg (what, "--faked-system-time", when, "--local-user", name,
                                       "--detach-sign")
                      : test_keys_gpg (what, "--local-user", name, "--detach-sign");
}

/* The agent that gpg started for this folder, and the folder. */
static void
test_keys_clean_up (void)
{
  g_autoptr (GSubprocess) agent = NULL;
  g_autoptr (GSubprocess) folder = NULL;

  agent = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "gpgconf", "--homedir",
                            test_keys_home (), "--kill", "gpg-agent", NULL);
  g_assert_true (g_subprocess_wait_check (agent, NULL, NULL));
  folder = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", "--",
                             test_keys_home (), NULL);
  g_assert_true (g_subprocess_wait_check (folder, NULL, NULL));
}
