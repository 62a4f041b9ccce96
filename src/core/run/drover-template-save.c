/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "drover-error.h"
#include "drover-fields.h"
#include "drover-firmware-arguments.h"
#include "drover-json.h"
#include "drover-library.h"
#include "drover-program.h"
#include "drover-template-private.h"
#include "drover-template-save.h"
#include "drover-templates.h"

/* Around the name of a placeholder until the rest of the text is escaped: no argument has these
 * bytes. */
#define OPENS '\001'
#define CLOSES '\002'

/* What a disk is made with when the size of this one cannot be read. */
#define USUAL_DISK_SIZE ((guint64) 20 << 30)

typedef struct
{
  DroverDocument *document;
  const char *folder;
  const char *architecture;
  JsonObject *root;
  JsonArray *media;
  JsonArray *arguments;
  GStrvBuilder *left_out;
  GHashTable *paths; /* path → name of its placeholder */
  char *disk;        /* the path that {disk} stands for */
  GHashTable *seeds; /* names of nodes that hold the answers */
} Saving;

/* Options whose whole value is a file. */
static const char *const file_options[] = { "", "hda", "hdb", "hdc", "hdd", "fda", "fdb", "cdrom",
                                            "sd", "mtdblock", "pflash", "kernel", "initrd", "dtb",
                                            "bios", "mem-path", "option-rom", "shim", NULL };

/* Keys that name a file or a folder of this computer. */
static const char *const file_keys[] = { "file", "filename", "file.filename", "file.file.filename",
                                         "path", "mem-path", "romfile", "smb", "tftp", "dir",
                                         "x509-dir", "logfile", "addr.path", NULL };

static void
say (Saving *self, char *sentence)
{
  g_strv_builder_take (self->left_out, sentence);
}

static char *
dup_marker (const char *name)
{
  return g_strdup_printf ("%c%s%c", OPENS, name, CLOSES);
}

/* The text as templates have it: its own braces doubled, the markers made braces. */
static char *
dup_template_text (const char *text)
{
  char *escaped = _drover_template_escape (text);

  for (char *p = escaped; *p != '\0'; p++)
    *p = *p == OPENS ? '{' : *p == CLOSES ? '}' : *p;
  return escaped;
}

static char *
dup_absolute (Saving *self, const char *path)
{
  return g_canonicalize_filename (path, self->folder != NULL ? self->folder : "/");
}

/* A name within the machine's own folder goes with every machine that is made. */
static gboolean
is_own (Saving *self, const char *path)
{
  g_autofree char *absolute = dup_absolute (self, path);

  if (self->folder == NULL)
    return !g_path_is_absolute (path);
  return g_str_has_prefix (absolute, self->folder) && absolute[strlen (self->folder)] == '/';
}

/* What every computer with QEMU has, or what is no file. */
static gboolean
is_common (const char *path)
{
  return *path == '\0' || g_str_equal (path, "default") || g_str_equal (path, "none") ||
         g_str_has_prefix (path, "/dev/") || g_str_has_prefix (path, "/usr/share/") ||
         strstr (path, "://") != NULL || g_str_has_prefix (path, "nbd:") ||
         g_str_has_prefix (path, "fat:");
}

/* The size that a guest sees of an image: a qcow2 image has it in its header. */
static guint64
get_disk_size (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  guint8 header[32];
  guint64 size;
  gsize length = 0;
  struct stat info;

  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), header, sizeof header,
                                                  &length, NULL, NULL))
    return USUAL_DISK_SIZE;
  if (length == sizeof header && memcmp (header, "QFI\xfb", 4) == 0)
    {
      memcpy (&size, header + 24, sizeof size);
      size = GUINT64_FROM_BE (size);
    }
  else
    size = stat (path, &info) == 0 ? (guint64) info.st_size : 0;
  return size > 0 ? size : USUAL_DISK_SIZE;
}

static void
set_range (Saving *self, const char *name, const char *least, const char *recommended)
{
  JsonObject *range = json_object_new ();

  json_object_set_string_member (range, "least", least);
  json_object_set_string_member (range, "recommended", recommended);
  json_object_set_object_member (self->root, name, range);
}

static const char *
use_disk (Saving *self, const char *path)
{
  g_autofree char *absolute = dup_absolute (self, path);
  g_autofree char *size = _drover_template_print_size (get_disk_size (absolute));

  self->disk = g_strdup (path);
  if (g_str_has_suffix (size, "B"))
    size[strlen (size) - 1] = '\0';
  set_range (self, "disk", "1M", size);
  say (self, g_strdup_printf (_("What is on the disk “%s”: new machines get an empty one"), path));
  return "disk";
}

static const char *
use_medium (Saving *self, const char *path)
{
  const char *known = g_hash_table_lookup (self->paths, path);
  g_autofree char *base = NULL;
  g_autofree char *id = NULL;
  JsonObject *medium;
  char *name;

  if (known != NULL)
    return known;

  base = g_path_get_basename (path);
  id = g_strdup_printf ("file%u", json_array_get_length (self->media) + 1);
  medium = json_object_new ();
  json_object_set_string_member (medium, "id", id);
  json_object_set_string_member (medium, "kind",
                                 g_str_has_suffix (base, ".iso") ? "iso" : "file");
  json_object_set_string_member (medium, "title", base);
  json_array_add_object_element (self->media, medium);
  name = g_strconcat ("media.", id, NULL);
  g_hash_table_insert (self->paths, g_strdup (path), name);
  say (self, g_strdup_printf (_("The file “%s”: whoever uses the template gives one of their own"),
                              path));
  return name;
}

/* Whether a drive says of itself that nothing is written to it. */
static gboolean
is_read_only (const DroverFields *fields)
{
  return g_strcmp0 (drover_fields_get (fields, "read-only"), "on") == 0 ||
         g_strcmp0 (drover_fields_get (fields, "readonly"), "on") == 0 ||
         g_strcmp0 (drover_fields_get (fields, "read-only"), "true") == 0 ||
         g_strcmp0 (drover_fields_get (fields, "media"), "cdrom") == 0;
}

static gboolean
is_disk (const DroverFields *fields)
{
  return g_str_equal (fields->option, "hda") ||
         ((g_str_equal (fields->option, "blockdev") || g_str_equal (fields->option, "drive")) &&
          !is_read_only (fields));
}

/* Returns the name of the placeholder for a file, or NULL for what may stay as it is. */
static const char *
choose_placeholder (Saving *self, const DroverFields *fields, const char *path)
{
  JsonObject *install;

  if (is_common (path))
    return NULL;
  if (g_strcmp0 (self->disk, path) == 0)
    return "disk";
  if (self->disk == NULL && is_disk (fields) && is_own (self, path))
    return use_disk (self, path);
  if (is_own (self, path) && g_str_equal (fields->option, "chardev"))
    return NULL;

  install = json_object_has_member (self->root, "unattended") ? self->root : NULL;
  if (install != NULL && is_own (self, path) && g_str_has_suffix (path, "seed.iso"))
    {
      const char *node = drover_fields_get (fields, "node-name");

      if (node != NULL)
        g_hash_table_add (self->seeds, g_strdup (node));
      return "seed";
    }
  return use_medium (self, path);
}

/* The new disk is a qcow2 image, whatever this one is. */
static DroverArgument *
with_disk_format (DroverArgument *argument, const DroverFields *fields, GError **error)
{
  const char *key = fields->option[0] == 'b' ? "driver" : "format";

  if (g_strcmp0 (drover_fields_get (fields, key), "raw") != 0)
    return drover_argument_ref (argument);
  return drover_fields_with (argument, key, "qcow2", error);
}

static gboolean
is_file_item (const DroverFields *fields, const DroverField *item)
{
  if (*item->key == '\0')
    return g_strv_contains (file_options, fields->option);
  return g_strv_contains (file_keys, item->key);
}

static DroverArgument *
replace (DroverArgument *argument, const char *key, const char *name, GError **error)
{
  g_autofree char *marker = dup_marker (name);

  return drover_fields_with (argument, key, marker, error);
}

static DroverArgument *
replace_file (DroverArgument *argument, const DroverFields *fields, const char *key,
              const char *name, GError **error)
{
  g_autoptr (DroverArgument) changed = replace (argument, key, name, error);

  if (changed == NULL || !g_str_equal (name, "disk"))
    return g_steal_pointer (&changed);
  return with_disk_format (changed, fields, error);
}

/* Files become placeholders; what belongs to this machine only goes. */
static DroverArgument *
without_own (Saving *self, DroverArgument *argument, const DroverFields *fields, GError **error)
{
  DroverArgument *result = drover_argument_ref (argument);

  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *item = &g_array_index (fields->items, DroverField, i);
      DroverArgument *changed = NULL;
      const char *name;

      if (is_file_item (fields, item))
        {
          name = choose_placeholder (self, fields, item->value);
          if (name == NULL)
            continue;
          changed = replace_file (result, fields, item->key, name, error);
        }
      else if (g_str_equal (item->key, "mac") ||
               (g_str_equal (item->key, "password") && !g_str_equal (item->value, "on") &&
                !g_str_equal (item->value, "off")))
        {
          say (self, g_str_equal (item->key, "mac")
                       ? g_strdup (_("The network card’s address: every machine gets its own"))
                       : g_strdup_printf (_("The password in -%s"), fields->name));
          changed = drover_fields_with (result, item->key, NULL, error);
        }
      else
        continue;

      drover_argument_unref (result);
      if (changed == NULL)
        return NULL;
      result = changed;
    }
  return result;
}

static gboolean
is_size (const char *text, char **size)
{
  g_autofree char *upper = g_ascii_strup (text, -1);
  guint64 bytes;

  if (!_drover_template_parse_size (upper, &bytes))
    return FALSE;
  /* A number alone is MiB to QEMU. */
  *size = g_ascii_isdigit (upper[strlen (upper) - 1]) ? g_strconcat (upper, "M", NULL)
                                                      : g_strdup (upper);
  return TRUE;
}

/* Memory and processors become what the next user chooses. */
static DroverArgument *
with_choices (Saving *self, DroverArgument *argument, const DroverFields *fields, GError **error)
{
  const char *memory = drover_fields_get (fields, "size");
  const char *cpus = drover_fields_get (fields, "cpus");
  g_autofree char *size = NULL;
  gint64 number;

  if (g_str_equal (fields->option, "m") && memory != NULL && is_size (memory, &size) &&
      !json_object_has_member (self->root, "memory"))
    {
      set_range (self, "memory", "1M", size);
      return replace (argument, "size", "memory", error);
    }
  if (g_str_equal (fields->option, "smp") && cpus != NULL && fields->items->len == 1 &&
      g_ascii_string_to_signed (cpus, 10, 1, G_MAXINT, &number, NULL) &&
      !json_object_has_member (self->root, "cpus"))
    {
      JsonObject *range = json_object_new ();

      json_object_set_int_member (range, "least", 1);
      json_object_set_int_member (range, "recommended", number);
      json_object_set_object_member (self->root, "cpus", range);
      return replace (argument, "cpus", "cpus", error);
    }
  return drover_argument_ref (argument);
}

static void
add_condition (Saving *self, JsonObject *object, const DroverFields *fields, const char *text)
{
  const char *drive = drover_fields_get (fields, "drive");
  JsonObject *when;

  if (strstr (text, "{seed}") == NULL &&
      (drive == NULL || !g_hash_table_contains (self->seeds, drive)))
    return;
  when = json_object_new ();
  json_object_set_string_member (when, "given", "seed");
  json_object_set_object_member (object, "when", when);
}

static const char *
get_inner_text (DroverDocument *document, const char *outer, const char *inner)
{
  JsonNode *node = drover_document_get_member (document, outer);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  node = json_object_get_member (json_node_get_object (node), inner);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static void
add_argument (Saving *self, DroverArgument *argument, const DroverFields *fields)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *note = drover_argument_get_note (argument);
  const char *phase = drover_argument_get_phase (argument);
  const char *key_drive = get_inner_text (self->document, "install", "press-key");
  g_autofree char *text = value != NULL ? dup_template_text (value) : NULL;
  JsonObject *object = json_object_new ();

  if (flag != NULL)
    json_object_set_string_member (object, "flag", flag);
  if (text != NULL && *text != '\0')
    json_object_set_string_member (object, "value", text);
  if (text != NULL)
    add_condition (self, object, fields, text);
  if (g_strcmp0 (phase, DROVER_PHASE_INSTALL) == 0)
    json_object_set_string_member (object, "phase", phase);
  if (g_strcmp0 (phase, DROVER_PHASE_INSTALL) == 0 && key_drive != NULL &&
      g_strcmp0 (drover_fields_get (fields, "id"), key_drive) == 0)
    json_object_set_string_member (self->root, "press-key", key_drive);
  json_object_set_string_member (object, "why", note != NULL && *note != '\0'
                                                  ? note
                                                  : _("From the machine that this template was "
                                                      "made of."));
  json_array_add_object_element (self->arguments, object);
}

/* What holds a secret, or names this very machine, is nobody else's. */
static gboolean
is_left_out (Saving *self, DroverArgument *argument, const DroverFields *fields)
{
  const char *type = drover_fields_get (fields, "qom-type");

  if (!drover_argument_get_enabled (argument))
    {
      say (self, g_strdup_printf (_("-%s, which is switched off"), fields->name));
      return TRUE;
    }
  if (g_str_equal (fields->option, "uuid"))
    {
      say (self, g_strdup (_("The machine’s own number (-uuid)")));
      return TRUE;
    }
  if (g_str_equal (fields->option, "object") && type != NULL && g_str_has_prefix (type, "secret"))
    {
      say (self, g_strdup (_("A secret (-object secret): the machine does not start without one of "
                             "its own")));
      return TRUE;
    }
  return FALSE;
}

static gboolean
save_argument (Saving *self, DroverArgument *argument, GError **error)
{
  g_autoptr (DroverFields) fields = drover_fields_new (argument);
  g_autoptr (DroverArgument) bare = NULL;
  g_autoptr (DroverArgument) chosen = NULL;

  if (is_left_out (self, argument, fields))
    return TRUE;
  bare = without_own (self, argument, fields, error);
  chosen = bare != NULL ? with_choices (self, bare, fields, error) : NULL;
  if (chosen == NULL)
    return FALSE;
  add_argument (self, chosen, fields);
  return TRUE;
}

/* The TPM's arguments come back with the template's member `tpm`. */
static gboolean
is_tpm (GPtrArray *arguments, const DroverFields *fields)
{
  const char *id = drover_fields_get (fields, "id");

  if (drover_fields_are (fields, "tpmdev"))
    return TRUE;
  if (drover_fields_are (fields, "device"))
    return drover_fields_get (fields, "tpmdev") != NULL;
  if (!drover_fields_are (fields, "chardev") || id == NULL)
    return FALSE;
  for (guint i = 0; i < arguments->len; i++)
    {
      g_autoptr (DroverFields) other = drover_fields_new (arguments->pdata[i]);

      if (drover_fields_are (other, "tpmdev") &&
          g_strcmp0 (drover_fields_get (other, "chardev"), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static const char *
get_tpm_version (DroverDocument *document)
{
  JsonNode *services = drover_document_get_member (document, "services");
  JsonNode *tpm = services != NULL && JSON_NODE_HOLDS_OBJECT (services)
                    ? json_object_get_member (json_node_get_object (services), "tpm")
                    : NULL;
  JsonNode *version = tpm != NULL && JSON_NODE_HOLDS_OBJECT (tpm)
                        ? json_object_get_member (json_node_get_object (tpm), "version")
                        : NULL;

  return version != NULL && json_node_get_value_type (version) == G_TYPE_STRING
           ? json_node_get_string (version)
           : NULL;
}

/* Firmware is found anew on the next computer: its kind is what counts. */
static GPtrArray *
take_firmware (Saving *self, GPtrArray *arguments, GError **error)
{
  g_autoptr (GPtrArray) list =
    drover_firmware_list (drover_document_get_program (self->document));
  g_autoptr (DroverFirmwareReading) reading =
    drover_firmware_read (arguments, self->architecture, list);
  static const char *const kinds[] = { DROVER_FIRMWARE_UEFI, DROVER_FIRMWARE_SECURE_BOOT,
                                       DROVER_FIRMWARE_ENROLLED, NULL };
  JsonArray *array;
  JsonObject *object;

  if (!g_strv_contains (kinds, reading->kind) || reading->firmware == NULL)
    return g_ptr_array_ref (arguments);

  array = json_array_new ();
  object = json_object_new ();
  json_object_set_string_member (object, "kind", reading->kind);
  json_array_add_object_element (array, object);
  json_object_set_array_member (self->root, "firmware", array);
  if (reading->vars != NULL)
    say (self, g_strdup (_("The firmware’s variables: new machines begin with the firmware’s own")));
  return drover_firmware_apply (arguments, self->architecture, NULL, NULL, error);
}

static gboolean
save_arguments (Saving *self, GError **error)
{
  GPtrArray *all = drover_document_get_arguments (self->document);
  g_autoptr (GPtrArray) arguments = take_firmware (self, all, error);
  const char *tpm = get_tpm_version (self->document);

  if (arguments == NULL)
    return FALSE;
  if (tpm != NULL)
    json_object_set_string_member (self->root, "tpm", tpm);
  for (guint i = 0; i < arguments->len; i++)
    {
      g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[i]);

      if (tpm != NULL && is_tpm (arguments, fields))
        continue;
      if (!save_argument (self, arguments->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

static void
begin (Saving *self, const char *id, const char *title, const char *summary)
{
  JsonArray *architectures = json_array_new ();
  const char *accelerator = drover_document_get_accelerator (self->document);
  const char *kind = get_inner_text (self->document, "install", "kind");

  json_object_set_int_member (self->root, "version", 1);
  json_object_set_string_member (self->root, "id", id);
  json_object_set_string_member (self->root, "title", title);
  json_object_set_string_member (self->root, "summary",
                                 summary != NULL && *summary != '\0' ? summary : title);
  json_object_set_string_member (self->root, "category", "own");
  json_array_add_string_element (architectures, self->architecture);
  json_object_set_array_member (self->root, "architectures", architectures);
  json_object_set_string_member (self->root, "accelerator",
                                 accelerator != NULL ? accelerator : "none");
  if (kind != NULL)
    json_object_set_string_member (self->root, "unattended", kind);
}

static DroverTemplate *
finish (Saving *self, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  if (json_array_get_length (self->media) > 0)
    json_object_set_array_member (self->root, "media", json_array_ref (self->media));
  json_object_set_array_member (self->root, "arguments", json_array_ref (self->arguments));
  json_node_set_object (node, self->root);
  text = drover_json_to_text (node, TRUE);
  return drover_template_parse (text, -1, error);
}

/**
 * drover_template_id_from_title:
 *
 * Returns: (transfer full): an id that no template has yet, made of @title
 */
char *
drover_template_id_from_title (const char *title)
{
  g_autofree char *slug = drover_slug_from_name (title);
  g_autofree char *stem = NULL;
  char *id;

  for (char *p = slug; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      *p = '-';
  stem = g_strndup (slug, 56);
  id = g_strdup (g_ascii_isalnum (*stem) ? stem : "template");
  for (guint i = 2; i < G_MAXUINT; i++)
    {
      g_autoptr (DroverTemplate) taken = drover_template_find (id, NULL);

      if (taken == NULL)
        break;
      g_free (id);
      id = g_strdup_printf ("%s-%u", g_ascii_isalnum (*stem) ? stem : "template", i);
    }
  return id;
}

/**
 * drover_template_new_from_document:
 * @document: a machine
 * @folder: (nullable): where its relative file names start
 * @id: of the template
 * @title: for people
 * @summary: (nullable): one line about it
 * @left_out: (out) (optional): what the template does not have of the machine, a sentence or a
 *   name each
 * @error: set when @id cannot be one, or no template can be made
 *
 * Makes a template of a machine, without anything that is only on this computer: its disk becomes
 * an empty one, other files become media that the next user gives, secrets, addresses and what
 * is switched off are left out. Nothing is written: see drover_templates_save() and
 * drover_template_export().
 *
 * Returns: (transfer full) (nullable): the template
 */
DroverTemplate *
drover_template_new_from_document (DroverDocument *document, const char *folder, const char *id,
                                   const char *title, const char *summary, GStrv *left_out,
                                   GError **error)
{
  Saving self = { document, folder };
  g_autofree char *absolute = folder != NULL ? g_canonicalize_filename (folder, NULL) : NULL;
  DroverTemplate *template = NULL;

  g_return_val_if_fail (document != NULL && id != NULL && title != NULL, NULL);

  self.architecture = drover_program_get_architecture (drover_document_get_program (document));
  if (self.architecture == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” does not tell for which guests it is, so that no template can be made "
                     "of the machine"), drover_document_get_program (document));
      return NULL;
    }

  self.folder = absolute;
  self.root = json_object_new ();
  self.media = json_array_new ();
  self.arguments = json_array_new ();
  self.left_out = g_strv_builder_new ();
  self.paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.seeds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  begin (&self, id, title, summary);
  if (save_arguments (&self, error))
    template = finish (&self, error);
  if (template != NULL && left_out != NULL)
    *left_out = g_strv_builder_end (self.left_out);

  g_strv_builder_unref (self.left_out);
  g_hash_table_unref (self.paths);
  g_hash_table_unref (self.seeds);
  json_array_unref (self.media);
  json_array_unref (self.arguments);
  json_object_unref (self.root);
  g_free (self.disk);
  return template;
}
