/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-certificate.h"
#include "drover-error.h"
#include "drover-firmware-vars.h"
#include "drover-image.h"
#include "drover-test.h"

/* Variable stores of real firmware: made, reset, and their keys read. */

#define OVMF "/usr/share/OVMF/"
#define MS_VARS OVMF "OVMF_VARS_4M.ms.fd"

/* Where that has its variable SecureBootEnable, which is searched for rather than known. */
static const char enable_name[] = "S\0e\0c\0u\0r\0e\0B\0o\0o\0t\0E\0n\0a\0b\0l\0e\0";

static gboolean
lacks (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;

  g_test_skip ("this host has no OVMF");
  return TRUE;
}

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static guint8 *
read_file (const char *path, gsize *length)
{
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return (guint8 *) text;
}

/* Each as `db: Name*`, the star for one of Microsoft's. */
static char *
dup_words (DroverFirmwareKeys *keys)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < keys->list->len; i++)
    {
      const DroverFirmwareKey *key = keys->list->pdata[i];

      g_string_append_printf (text, "%s: %s%s\n", key->variable, key->title,
                              key->is_microsoft ? "*" : "");
    }

  return g_string_free_and_steal (text);
}

#define MS_KEYS                                    \
  "PK: Debian UEFI Secure Boot (PK/KEK key)\n"     \
  "KEK: Debian UEFI Secure Boot (PK/KEK key)\n"    \
  "KEK: Microsoft Corporation KEK CA 2011*\n"      \
  "db: Microsoft Windows Production PCA 2011*\n"   \
  "db: Microsoft Corporation UEFI CA 2011*\n"

static void
assert_keys (const char *path, const char *words, gboolean secure_boot, gboolean microsoft)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverFirmwareKeys) keys =
    drover_test_await_boxed (drover_firmware_vars_list_keys (path), &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  found = dup_words (keys);
  g_assert_cmpstr (found, ==, words);
  g_assert_cmpint (keys->secure_boot, ==, secure_boot);
  g_assert_cmpint (keys->microsoft, ==, microsoft);
}

static void
test_keys (void)
{
  if (lacks (MS_VARS))
    return;

  assert_keys (MS_VARS, MS_KEYS, TRUE, TRUE);
  assert_keys (OVMF "OVMF_VARS_4M.fd", "", FALSE, FALSE);
  assert_keys (OVMF "OVMF_VARS_4M.snakeoil.fd",
               "PK: SnakeOil Test Key for EFI Secure Boot\n"
               "KEK: SnakeOil Test Key for EFI Secure Boot\n"
               "db: SnakeOil Test Key for EFI Secure Boot\n",
               TRUE, FALSE);
}

/* A store of a machine's own is qcow2, and says the same. */
static void
test_make (void)
{
  g_autofree char *path = dup_path ("vars.qcow2");
  g_autofree char *raw = dup_path ("vars.fd");
  g_autoptr (DroverImageInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  if (lacks (MS_VARS))
    return;

  drover_test_await (drover_firmware_vars_make (MS_VARS, "raw", path), &error);
  g_assert_no_error (error);
  info = drover_test_await_boxed (drover_image_inspect (path), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->format, ==, "qcow2");
  assert_keys (path, MS_KEYS, TRUE, TRUE);

  drover_test_await (drover_firmware_vars_make (MS_VARS, "raw", raw), &error);
  g_assert_no_error (error);
  assert_keys (raw, MS_KEYS, TRUE, TRUE);

  /* What is there already is nobody's to overwrite. */
  drover_test_await (drover_firmware_vars_make (MS_VARS, "raw", path), &error);
  g_assert_nonnull (error);
  g_clear_error (&error);
  drover_test_await (drover_firmware_vars_make ("/no/such.fd", "raw", path), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_reset (void)
{
  g_autofree char *path = dup_path ("reset.qcow2");
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (lacks (MS_VARS))
    return;

  drover_test_await (drover_firmware_vars_make (OVMF "OVMF_VARS_4M.fd", "raw", path), &error);
  g_assert_no_error (error);
  assert_keys (path, "", FALSE, FALSE);
  drover_test_await (drover_firmware_vars_reset (MS_VARS, "raw", path), &error);
  g_assert_no_error (error);
  assert_keys (path, MS_KEYS, TRUE, TRUE);

  /* One that cannot be made leaves the old one, and nothing beside it. */
  drover_test_await (drover_firmware_vars_reset ("/no/such.fd", "raw", path), &error);
  g_assert_nonnull (error);
  assert_keys (path, MS_KEYS, TRUE, TRUE);
  dir = g_dir_open (drover_test_dir (), 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_null (strstr (name, ".new"));
}

/* Switched off in the firmware's menu, all keys may be there and it is off. */
static void
test_switched_off (void)
{
  g_autofree guint8 *data = NULL;
  g_autoptr (DroverFirmwareKeys) keys = NULL;
  g_autoptr (GError) error = NULL;
  guint8 *enable;
  gsize length;

  if (lacks (MS_VARS))
    return;

  data = read_file (MS_VARS, &length);
  enable = memmem (data, length, enable_name, sizeof enable_name);
  g_assert_nonnull (enable);
  enable += sizeof enable_name + 1;
  g_assert_cmpuint (*enable, ==, 1);
  *enable = 0;
  keys = drover_firmware_keys_parse (data, length, &error);
  g_assert_no_error (error);
  g_assert_false (keys->secure_boot);
  g_assert_true (keys->microsoft);
}

/* A certificate that only calls itself Microsoft's is not. */
static void
test_forged (void)
{
  g_autofree guint8 *data = NULL;
  g_autoptr (DroverFirmwareKeys) keys = NULL;
  g_autofree char *words = NULL;
  guint8 *name;
  gsize length;

  if (lacks (MS_VARS))
    return;

  data = read_file (MS_VARS, &length);
  for (name = data; (name = memmem (name, data + length - name, "KEK CA 2011", 11)) != NULL; name++)
    name[10] = '2';
  keys = drover_firmware_keys_parse (data, length, NULL);
  words = dup_words (keys);
  g_assert_nonnull (strstr (words, "KEK: Microsoft Corporation KEK CA 2012\n"));
  g_assert_false (keys->microsoft);
}

static void
assert_refused (const guint8 *data, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_firmware_keys_parse (data, length, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_bad (void)
{
  static const char text[] = "This is no firmware volume, but long enough to be looked at as one.";
  g_autofree guint8 *blank = g_malloc (65536);
  g_autofree guint8 *data = NULL;
  g_autoptr (DroverFirmwareKeys) keys = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  g_autofree char *path = dup_path ("text.fd");
  g_autoptr (GError) error = NULL;
  gsize length;

  assert_refused ((const guint8 *) text, sizeof text);
  assert_refused ((const guint8 *) text, 0);
  memset (blank, 0xff, 65536);
  keys = drover_firmware_keys_parse (blank, 65536, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (keys->list->len, ==, 0);

  g_file_set_contents (path, text, -1, NULL);
  drover_test_await (drover_firmware_vars_list_keys (path), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  if (lacks (MS_VARS))
    return;

  /* Cut short anywhere, and with any byte changed: nothing is read that is not there. */
  data = read_file (MS_VARS, &length);
  for (gsize i = 0; i < 14000; i += 7)
    {
      g_autofree guint8 *cut = g_memdup2 (data, i);
      DroverFirmwareKeys *some = drover_firmware_keys_parse (cut, i, NULL);

      g_clear_pointer (&some, drover_firmware_keys_unref);
    }
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, 14000);
      DroverFirmwareKeys *some;

      changed[g_rand_int_range (random, 0, 14000)] = g_rand_int (random);
      some = drover_firmware_keys_parse (changed, 14000, NULL);
      g_clear_pointer (&some, drover_firmware_keys_unref);
    }
}

static void
test_names (void)
{
  static const guint8 nothing[] = { 0x30, 0x80, 0x30 };

  g_assert_null (drover_certificate_dup_name (nothing, sizeof nothing));
  g_assert_null (drover_certificate_dup_name (nothing, 0));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/firmware-vars/keys", test_keys);
  g_test_add_func ("/firmware-vars/make", test_make);
  g_test_add_func ("/firmware-vars/reset", test_reset);
  g_test_add_func ("/firmware-vars/switched-off", test_switched_off);
  g_test_add_func ("/firmware-vars/forged", test_forged);
  g_test_add_func ("/firmware-vars/bad", test_bad);
  g_test_add_func ("/firmware-vars/names", test_names);

  return drover_test_run ();
}
