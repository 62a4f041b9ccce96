/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-template-private.h"

/* What a template may hold, as data/templates/template.schema.json says it to editors and
 * README.md to people. */

typedef enum
{
  TEXT,
  TEXTS,      /* a list of texts */
  TEXT_OR_TEXTS,
  FLAG,       /* true or false */
  NUMBER,
  SIZE,       /* a text such as 512M or 4G */
  OBJECT,
  OBJECTS,    /* a list of objects */
} Kind;

typedef struct _Key Key;

struct _Key
{
  const char *name;
  Kind kind;
  gboolean required;
  const Key *keys;             /* of an object */
  const char *const *choices;  /* of a text */
};

#define END { NULL }

static const char *const architectures[] = { "aarch64", "alpha", "arm", "avr", "hppa", "i386",
  "loongarch64", "m68k", "microblaze", "mips", "mips64", "mips64el", "mipsel", "or1k", "ppc",
  "ppc64", "riscv32", "riscv64", "rx", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "tricore",
  "x86_64", "xtensa", "xtensaeb", NULL };
static const char *const categories[] = { "systems", "learning", "own", NULL };
static const char *const firmwares[] = { "bios", "uefi", "secure-boot", "secure-boot-enrolled",
                                         NULL };
static const char *const hosts[] = { "linux", "macos", NULL };
static const char *const forms[] = { "of-checksums", "of-file", "within-checksums", NULL };
static const char *const medium_kinds[] = { "disk", "iso", "file", "debian-installer", "data",
                                            NULL };
static const char *const unattended_kinds[] = { "autoinstall", "cloud-init", "preseed",
                                                "archinstall", "autounattend", NULL };
static const char *const tpm_versions[] = { "1.2", "2.0", NULL };
static const char *const accelerators[] = { "automatic", "none", NULL };
static const char *const phases[] = { DROVER_PHASE_INSTALL, NULL };

/* What a placeholder may be, besides media. */
static const char *const placeholders[] = { "name", "memory", "cpus", "disk", "kernel", "initrd",
                                            "seed", "ssh-port", NULL };

static const Key when_keys[] = {
  { "architecture", TEXT_OR_TEXTS, FALSE, NULL, architectures },
  { "accelerator", TEXT_OR_TEXTS },
  { "host", TEXT_OR_TEXTS, FALSE, NULL, hosts },
  { "firmware", TEXT_OR_TEXTS, FALSE, NULL, firmwares },
  { "display", FLAG },
  { "unattended", FLAG },
  { "given", TEXT_OR_TEXTS },
  { "cpu-features", TEXT_OR_TEXTS },
  END
};

static const Key size_keys[] = {
  { "least", SIZE, TRUE },
  { "recommended", SIZE, TRUE },
  { "most", SIZE },
  END
};

static const Key disk_keys[] = {
  { "least", SIZE, TRUE },
  { "recommended", SIZE, TRUE },
  END
};

static const Key number_keys[] = {
  { "least", NUMBER, TRUE },
  { "recommended", NUMBER, TRUE },
  { "most", NUMBER },
  END
};

static const Key firmware_keys[] = {
  { "kind", TEXT, TRUE, NULL, firmwares },
  { "architecture", TEXT_OR_TEXTS, FALSE, NULL, architectures },
  END
};

static const Key medium_keys[] = {
  { "id", TEXT, TRUE },
  { "kind", TEXT, TRUE, NULL, medium_kinds },
  { "title", TEXT, TRUE },
  { "architecture", TEXT, FALSE, NULL, architectures },
  { "name", TEXT },
  { "addresses", TEXTS },
  { "checksums", TEXT },
  { "signature", TEXT },
  { "form", TEXT, FALSE, NULL, forms },
  { "key", TEXT },
  { "sha256", TEXT },
  { "page", TEXT },
  { "note", TEXT },
  { "optional", FLAG },
  { "data", TEXT },
  { "kernel", TEXT },
  { "initrd", TEXT },
  END
};

static const Key part_keys[] = {
  { "value", TEXT, TRUE },
  { "when", OBJECT, FALSE, when_keys },
  { "unless", OBJECT, FALSE, when_keys },
  { "why", TEXT, TRUE },
  END
};

static const Key argument_keys[] = {
  { "flag", TEXT },
  { "value", TEXT },
  { "parts", OBJECTS, FALSE, part_keys },
  { "when", OBJECT, FALSE, when_keys },
  { "unless", OBJECT, FALSE, when_keys },
  { "phase", TEXT, FALSE, NULL, phases },
  { "why", TEXT, TRUE },
  END
};

static const Key template_keys[] = {
  { "$schema", TEXT },
  { "version", NUMBER, TRUE },
  { "id", TEXT, TRUE },
  { "title", TEXT, TRUE },
  { "summary", TEXT, TRUE },
  { "description", TEXT },
  { "category", TEXT, TRUE, NULL, categories },
  { "os", TEXT },
  { "architectures", TEXTS, TRUE, NULL, architectures },
  { "memory", OBJECT, FALSE, size_keys },
  { "cpus", OBJECT, FALSE, number_keys },
  { "disk", OBJECT, FALSE, disk_keys },
  { "firmware", OBJECTS, FALSE, firmware_keys },
  { "tpm", TEXT, FALSE, NULL, tpm_versions },
  { "unattended", TEXT, FALSE, NULL, unattended_kinds },
  { "press-key", TEXT },
  { "accelerator", TEXT, FALSE, NULL, accelerators },
  { "media", OBJECTS, FALSE, medium_keys },
  { "arguments", OBJECTS, TRUE, argument_keys },
  END
};

G_GNUC_PRINTF (2, 3) static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_propagate_error (error, g_error_new_valist (DROVER_ERROR, DROVER_ERROR_TEMPLATE, format, list));
  va_end (list);
  return FALSE;
}

/*
 * _drover_template_parse_size:
 * @size: (out): in bytes
 *
 * Returns: whether @text is a size such as `512M` or `4G`
 */
gboolean
_drover_template_parse_size (const char *text, guint64 *size)
{
  static const char units[] = "KMGT";
  char *end;
  const char *unit;
  guint64 factor = 1;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  *size = g_ascii_strtoull (text, &end, 10);
  if (*end != '\0')
    {
      unit = strchr (units, *end);
      if (unit == NULL || end[1] != '\0')
        return FALSE;
      factor = (guint64) 1 << (10 * (unit - units + 1));
    }
  return *size > 0 && g_uint64_checked_mul (size, *size, factor);
}

/*
 * _drover_template_print_size:
 *
 * Returns: (transfer full): @size as short as QEMU reads it
 */
char *
_drover_template_print_size (guint64 size)
{
  static const char units[] = "TGMK";

  for (guint i = 0; units[i] != '\0'; i++)
    {
      const guint shift = 10 * (4 - i);

      if (size != 0 && (size & (((guint64) 1 << shift) - 1)) == 0)
        return g_strdup_printf ("%" G_GUINT64_FORMAT "%c", size >> shift, units[i]);
    }
  return g_strdup_printf ("%" G_GUINT64_FORMAT "B", size);
}

/*
 * _drover_template_is_id:
 *
 * Returns: whether @text can be an id: it is also the name of a file
 */
gboolean
_drover_template_is_id (const char *text)
{
  return g_ascii_isalnum (*text) && strlen (text) <= 64 &&
         strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen (text);
}

static gboolean
check_choice (const Key *key, const char *text, const char *place, GError **error)
{
  g_autofree char *list = NULL;

  if (key->choices == NULL || g_strv_contains (key->choices, text))
    return TRUE;
  list = g_strjoinv (", ", (GStrv) key->choices);
  return refuse (error, _("%s is “%s”, but must be one of: %s"), place, text, list);
}

static gboolean
check_text (const Key *key, JsonNode *node, const char *place, GError **error)
{
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, _("%s must be text"), place);
  if (*json_node_get_string (node) == '\0')
    return refuse (error, _("%s is empty"), place);
  return check_choice (key, json_node_get_string (node), place, error);
}

static gboolean
check_texts (const Key *key, JsonNode *node, const char *place, GError **error)
{
  JsonArray *array;

  if (key->kind == TEXT_OR_TEXTS && JSON_NODE_HOLDS_VALUE (node))
    return check_text (key, node, place, error);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, _("%s must be a list"), place);
  array = json_node_get_array (node);
  if (json_array_get_length (array) == 0)
    return refuse (error, _("%s is empty"), place);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%u]", place, i);

      if (!check_text (key, json_array_get_element (array, i), inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean check_object (const Key *keys, JsonNode *node, const char *place, GError **error);

static gboolean
check_objects (const Key *key, JsonNode *node, const char *place, GError **error)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, _("%s must be a list"), place);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%u]", place, i);

      if (!check_object (key->keys, json_array_get_element (array, i), inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_member (const Key *key, JsonNode *node, const char *place, GError **error)
{
  guint64 size;

  switch (key->kind)
    {
    case TEXT:
      return check_text (key, node, place, error);
    case TEXTS:
    case TEXT_OR_TEXTS:
      return check_texts (key, node, place, error);
    case FLAG:
      return json_node_get_value_type (node) == G_TYPE_BOOLEAN ||
             refuse (error, _("%s must be true or false"), place);
    case NUMBER:
      return (json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) > 0 &&
              json_node_get_int (node) <= G_MAXINT) ||
             refuse (error, _("%s must be a whole number above 0"), place);
    case SIZE:
      return (json_node_get_value_type (node) == G_TYPE_STRING &&
              _drover_template_parse_size (json_node_get_string (node), &size)) ||
             refuse (error, _("%s must be a size such as \"512M\" or \"4G\""), place);
    case OBJECT:
      return check_object (key->keys, node, place, error);
    case OBJECTS:
      return check_objects (key, node, place, error);
    default:
      g_assert_not_reached ();
    }
}

static const Key *
find_key (const Key *keys, const char *name)
{
  for (const Key *key = keys; key->name != NULL; key++)
    if (g_str_equal (key->name, name))
      return key;

  return NULL;
}

static gboolean
check_object (const Key *keys, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return *place == '\0' ? refuse (error, _("A template must be an object"))
                          : refuse (error, _("%s must be an object"), place);

  object = json_node_get_object (node);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      const Key *key = find_key (keys, name);
      g_autofree char *inner = g_strconcat (place, *place != '\0' ? "." : "", name, NULL);

      if (key == NULL)
        return refuse (error, _("%s: templates have no such key there"), inner);
      if (!check_member (key, member, inner, error))
        return FALSE;
    }

  for (const Key *key = keys; key->name != NULL; key++)
    if (key->required && !json_object_has_member (object, key->name))
      return *place == '\0' ? refuse (error, _("The template has no “%s”"), key->name)
                            : refuse (error, _("%s has no “%s”"), place, key->name);

  return TRUE;
}

/* What the table cannot say. */

static gboolean
check_range (JsonObject *root, const char *name, gboolean is_size, GError **error)
{
  static const char *const members[] = { "least", "recommended", "most" };
  JsonObject *range;
  guint64 before = 0;

  if (!json_object_has_member (root, name))
    return TRUE;
  range = json_object_get_object_member (root, name);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      guint64 value = 0;

      if (!json_object_has_member (range, members[i]))
        continue;
      if (!is_size)
        value = json_object_get_int_member (range, members[i]);
      else if (!_drover_template_parse_size (json_object_get_string_member (range, members[i]),
                                             &value))
        g_assert_not_reached ();
      if (value < before)
        return refuse (error, _("%s.%s is less than %s.%s"), name, members[i], name,
                       members[i - 1]);
      before = value;
    }
  return TRUE;
}

static gboolean
is_hex (const char *text)
{
  const gsize length = strlen (text);

  return (length == 64 || length == 128) && strspn (text, "0123456789abcdefABCDEF") == length;
}

static gboolean
check_medium (JsonObject *medium, const char *place, GError **error)
{
  const char *kind = json_object_get_string_member (medium, "kind");
  const char *id = json_object_get_string_member (medium, "id");
  const char *sum = json_object_get_string_member_with_default (medium, "sha256", NULL);
  gboolean has_key = json_object_has_member (medium, "key");

  if (!_drover_template_is_id (id))
    return refuse (error, _("%s.id is “%s”; an id has small letters, digits, “-”, “_” and “.”"),
                   place, id);
  if (g_str_equal (kind, "data") != json_object_has_member (medium, "data"))
    return refuse (error, _("%s: the kind “data” has the key “data”, and no other kind has"), place);
  if (json_object_has_member (medium, "kernel") != json_object_has_member (medium, "initrd"))
    return refuse (error, _("%s: “kernel” and “initrd” come together"), place);
  if (sum != NULL && !is_hex (sum))
    return refuse (error, _("%s.sha256 is no checksum in hexadecimal"), place);
  if (has_key != (json_object_has_member (medium, "signature") ||
                  g_strcmp0 (json_object_get_string_member_with_default (medium, "form", NULL),
                             "within-checksums") == 0))
    return refuse (error, _("%s: a signature and its key come together"), place);
  if (json_object_has_member (medium, "addresses") && !json_object_has_member (medium, "checksums") &&
      !has_key && sum == NULL && !json_object_has_member (medium, "note"))
    return refuse (error, _("%s: what is downloaded has a checksum or a signature; where its "
                            "publisher has none, “note” says so"), place);
  return TRUE;
}

static gboolean
check_media (JsonObject *root, GHashTable *ids, GError **error)
{
  JsonArray *media;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!json_object_has_member (root, "media"))
    return TRUE;
  media = json_object_get_array_member (root, "media");
  for (guint i = 0; i < json_array_get_length (media); i++)
    {
      JsonObject *medium = json_array_get_object_element (media, i);
      g_autofree char *place = g_strdup_printf ("media[%u]", i);
      const char *id = json_object_get_string_member (medium, "id");
      const char *architecture = json_object_get_string_member_with_default (medium, "architecture",
                                                                             "");

      if (!check_medium (medium, place, error))
        return FALSE;
      if (!g_hash_table_add (seen, g_strconcat (id, " ", architecture, NULL)))
        return refuse (error, _("%s: there is another medium “%s” already"), place, id);
      g_hash_table_add (ids, g_strconcat ("media.", id, NULL));
    }
  return TRUE;
}

/* Says that every placeholder has a value: what is left is the text's own fault. */
static char *
know_cb (const char *name, gpointer user_data)
{
  GHashTable *ids = user_data;

  return g_strv_contains (placeholders, name) || g_hash_table_contains (ids, name) ? g_strdup ("")
                                                                                   : NULL;
}

static gboolean
check_placeholders (const char *text, GHashTable *ids, const char *place, GError **error)
{
  g_autofree char *missing = NULL;
  g_autofree char *ignored = _drover_template_expand (text, know_cb, ids, &missing);

  return ignored != NULL ||
         refuse (error, _("%s: there is no placeholder “{%s}”"), place, missing);
}

static gboolean
check_condition (JsonObject *object, const char *member, GHashTable *ids, const char *place,
                 GError **error)
{
  g_auto (GStrv) given = NULL;

  if (!json_object_has_member (object, member))
    return TRUE;
  given = _drover_template_dup_texts (json_object_get_object_member (object, member), "given");
  for (guint i = 0; given != NULL && given[i] != NULL; i++)
    {
      g_autofree char *known = know_cb (given[i], ids);

      if (known == NULL)
        return refuse (error, _("%s.%s.given: there is no placeholder “{%s}”"), place, member,
                       given[i]);
    }
  return TRUE;
}

static gboolean
check_parts (JsonObject *argument, GHashTable *ids, const char *place, GError **error)
{
  JsonArray *parts;

  if (!json_object_has_member (argument, "parts"))
    return TRUE;
  if (!json_object_has_member (argument, "value"))
    return refuse (error, _("%s has “parts”, but no “value” that they belong to"), place);
  parts = json_object_get_array_member (argument, "parts");
  for (guint i = 0; i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);
      g_autofree char *inner = g_strdup_printf ("%s.parts[%u]", place, i);
      g_autofree char *value = g_strconcat (inner, ".value", NULL);

      if (!check_placeholders (json_object_get_string_member (part, "value"), ids, value, error) ||
          !check_condition (part, "when", ids, inner, error) ||
          !check_condition (part, "unless", ids, inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_argument (JsonObject *argument, GHashTable *ids, const char *place, GError **error)
{
  const char *flag = json_object_get_string_member_with_default (argument, "flag", NULL);
  const char *value = json_object_get_string_member_with_default (argument, "value", NULL);
  g_autofree char *inner = g_strconcat (place, ".value", NULL);

  if (flag == NULL && value == NULL)
    return refuse (error, _("%s has neither “flag” nor “value”"), place);
  if (flag != NULL && *flag != '-')
    return refuse (error, _("%s.flag is “%s”, but must begin with “-”"), place, flag);

  return (value == NULL || check_placeholders (value, ids, inner, error)) &&
         check_condition (argument, "when", ids, place, error) &&
         check_condition (argument, "unless", ids, place, error) &&
         check_parts (argument, ids, place, error);
}

static gboolean
check_arguments (JsonObject *root, GHashTable *ids, GError **error)
{
  JsonArray *arguments = json_object_get_array_member (root, "arguments");

  for (guint i = 0; i < json_array_get_length (arguments); i++)
    {
      g_autofree char *place = g_strdup_printf ("arguments[%u]", i);

      if (!check_argument (json_array_get_object_element (arguments, i), ids, place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_id (JsonObject *argument, const char *id)
{
  const char *value = json_object_get_string_member_with_default (argument, "value", "");
  const char *phase = json_object_get_string_member_with_default (argument, "phase", "");
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  g_autofree char *wanted = g_strconcat ("id=", id, NULL);

  return g_str_equal (phase, DROVER_PHASE_INSTALL) &&
         g_strv_contains ((const char *const *) parts, wanted);
}

static gboolean
check_press_key (JsonObject *root, GError **error)
{
  JsonArray *arguments = json_object_get_array_member (root, "arguments");
  const char *id = json_object_get_string_member_with_default (root, "press-key", NULL);

  if (id == NULL)
    return TRUE;
  for (guint i = 0; i < json_array_get_length (arguments); i++)
    if (has_id (json_array_get_object_element (arguments, i), id))
      return TRUE;
  return refuse (error, _("press-key is “%s”, but no argument of the phase “install” has that id"),
                 id);
}

/*
 * _drover_template_check:
 * @root: a parsed file
 * @error: set to %DROVER_ERROR_TEMPLATE, with the place
 *
 * Returns: whether it is a template that this Drover understands wholly
 */
gboolean
_drover_template_check (JsonNode *root, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonObject *object;

  /* A later version may mean things that this Drover would do wrong. */
  if (JSON_NODE_HOLDS_OBJECT (root))
    {
      JsonNode *version = json_object_get_member (json_node_get_object (root), "version");

      if (version != NULL && json_node_get_value_type (version) == G_TYPE_INT64 &&
          json_node_get_int (version) > 1)
        return refuse (error, _("The template is of a version that this Drover does not know"));
    }
  if (!check_object (template_keys, root, "", error))
    return FALSE;

  object = json_node_get_object (root);
  if (!_drover_template_is_id (json_object_get_string_member (object, "id")))
    return refuse (error, _("The id is “%s”; an id has small letters, digits, “-”, “_” and “.”"),
                   json_object_get_string_member (object, "id"));

  return check_range (object, "memory", TRUE, error) && check_range (object, "cpus", FALSE, error) &&
         check_range (object, "disk", TRUE, error) && check_media (object, ids, error) &&
         check_arguments (object, ids, error) && check_press_key (object, error);
}
