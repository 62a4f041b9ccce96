/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <json-glib/json-glib.h>

#include "drover-unattended.h"
#include "fuzz.h"

#define FIELD_END 0x1e

/* What the user types: either it is refused, or it stays a value. */

static char *
next_field (const uint8_t **data, size_t *size)
{
  const uint8_t *end = *size > 0 ? memchr (*data, FIELD_END, *size) : NULL;
  size_t length = end != NULL ? (size_t) (end - *data) : *size;
  char *field = g_strndup ((const char *) *data, length);
  size_t used = end != NULL ? length + 1 : length;

  *data += used;
  *size -= used;
  return field;
}

static char *
get_text (GHashTable *files, const char *name)
{
  GBytes *bytes = g_hash_table_lookup (files, name);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
check_preseed (GHashTable *files)
{
  g_autofree char *text = get_text (files, "preseed.cfg");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  /* One more for the end of the last line; two parts are left out when there is no such answer. */
  g_assert_cmpuint (n, >=, 40);
  g_assert_cmpuint (n, <=, 50);
  for (guint i = 0; i + 1 < n; i++)
    {
      g_assert_true (g_str_has_prefix (lines[i], "d-i ") ||
                     g_str_has_prefix (lines[i], "tasksel ") ||
                     g_str_has_prefix (lines[i], "popularity-contest "));
      g_assert_false (g_str_has_suffix (lines[i], "\\"));
    }
}

static void
check_cloud_init (GHashTable *files, const DroverUnattended *self)
{
  g_autofree char *text = get_text (files, "user-data");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root, *user;

  g_assert_true (g_str_has_prefix (text, "#cloud-config\n{"));
  g_assert_true (json_parser_load_from_data (parser, text + strlen ("#cloud-config\n"), -1, NULL));
  root = json_node_get_object (json_parser_get_root (parser));
  user = json_array_get_object_element (json_object_get_array_member (root, "users"), 0);
  g_assert_cmpstr (json_object_get_string_member (user, "name"), ==, self->user);
  g_assert_cmpstr (json_object_get_string_member (user, "gecos"), ==, self->real_name);
  g_assert_cmpstr (json_object_get_string_member (root, "timezone"), ==, self->time_zone);
}

static void
check_autounattend (GHashTable *files)
{
  g_autofree char *text = get_text (files, "autounattend.xml");
  const GMarkupParser nothing = { 0 };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const kinds[] = { "preseed", "cloud-init", "autounattend" };
  guint which = size > 0 ? data[0] % G_N_ELEMENTS (kinds) : 0;
  g_autoptr (DroverUnattended) self = g_new0 (DroverUnattended, 1);
  g_autoptr (GHashTable) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = next_field (&data, &size);

  self->kind = g_strdup (kinds[which]);
  self->user = next_field (&data, &size);
  self->real_name = next_field (&data, &size);
  self->host_name = next_field (&data, &size);
  self->locale = next_field (&data, &size);
  self->keyboard = next_field (&data, &size);
  self->time_zone = next_field (&data, &size);
  self->mirror = next_field (&data, &size);
  self->architecture = g_strdup ("x86_64");
  if (which == 2)
    self->edition = next_field (&data, &size);
  else
    {
      self->password_hash = next_field (&data, &size);
      self->ssh_keys = g_new0 (char *, 2);
      self->ssh_keys[0] = next_field (&data, &size);
    }

  files = drover_unattended_make_files (self, &error);
  if (files == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      return 0;
    }

  if (which == 0)
    check_preseed (files);
  else if (which == 1)
    check_cloud_init (files, self);
  else
    check_autounattend (files);
  return 0;
}
