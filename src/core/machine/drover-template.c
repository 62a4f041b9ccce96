/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-template-private.h"

struct _DroverTemplate
{
  gatomicrefcount ref_count;
  JsonObject *root; /* the file as read, checked, never changed */
  GStrv architectures;
  GPtrArray *media;
  char *path;
  gboolean bundled;
};

G_DEFINE_BOXED_TYPE (DroverTemplate, drover_template, drover_template_ref, drover_template_unref)

/*
 * _drover_template_translate:
 * @text: (nullable): a text of a template
 *
 * Returns: (nullable): it in the user's language, where Drover's catalogue has it
 */
const char *
_drover_template_translate (const char *text)
{
  return text == NULL || *text == '\0' ? text : g_dgettext (GETTEXT_PACKAGE, text);
}

/*
 * _drover_template_dup_texts:
 * @member: a text or a list of texts
 *
 * Returns: (transfer full) (nullable): them, or %NULL when there is no such member
 */
GStrv
_drover_template_dup_texts (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (GStrvBuilder) builder = NULL;
  JsonArray *array;

  if (node == NULL)
    return NULL;

  builder = g_strv_builder_new ();
  if (JSON_NODE_HOLDS_VALUE (node))
    {
      g_strv_builder_add (builder, json_node_get_string (node));
      return g_strv_builder_end (builder);
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));
  return g_strv_builder_end (builder);
}

static const char *
get_text (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, NULL);
}

static void
medium_free (gpointer data)
{
  DroverTemplateMedium *medium = data;

  g_free (medium->id);
  g_free (medium->kind);
  g_free (medium->title);
  g_free (medium->architecture);
  g_free (medium->name);
  g_strfreev (medium->addresses);
  g_free (medium->checksums);
  g_free (medium->signature);
  g_free (medium->form);
  g_free (medium->key);
  g_free (medium->sha256);
  g_free (medium->page);
  g_free (medium->note);
  g_clear_pointer (&medium->data, g_bytes_unref);
  g_free (medium->kernel);
  g_free (medium->initrd);
  g_free (medium);
}

static GBytes *
decode (const char *text)
{
  gsize length;
  guchar *bytes;

  if (text == NULL)
    return NULL;
  bytes = g_base64_decode (text, &length);
  return g_bytes_new_take (bytes, length);
}

static DroverTemplateMedium *
medium_new (JsonObject *object)
{
  DroverTemplateMedium *medium = g_new0 (DroverTemplateMedium, 1);

  medium->id = g_strdup (get_text (object, "id"));
  medium->kind = g_strdup (get_text (object, "kind"));
  medium->title = g_strdup (_drover_template_translate (get_text (object, "title")));
  medium->architecture = g_strdup (get_text (object, "architecture"));
  medium->name = g_strdup (get_text (object, "name"));
  medium->addresses = _drover_template_dup_texts (object, "addresses");
  medium->checksums = g_strdup (get_text (object, "checksums"));
  medium->signature = g_strdup (get_text (object, "signature"));
  medium->form = g_strdup (get_text (object, "form"));
  medium->key = g_strdup (get_text (object, "key"));
  medium->sha256 = g_strdup (get_text (object, "sha256"));
  medium->page = g_strdup (get_text (object, "page"));
  medium->note = g_strdup (_drover_template_translate (get_text (object, "note")));
  medium->optional = json_object_get_boolean_member_with_default (object, "optional", FALSE);
  medium->data = decode (get_text (object, "data"));
  medium->kernel = g_strdup (get_text (object, "kernel"));
  medium->initrd = g_strdup (get_text (object, "initrd"));
  return medium;
}

static void
read_media (DroverTemplate *self)
{
  JsonArray *media;

  self->media = g_ptr_array_new_with_free_func (medium_free);
  if (!json_object_has_member (self->root, "media"))
    return;
  media = json_object_get_array_member (self->root, "media");
  for (guint i = 0; i < json_array_get_length (media); i++)
    g_ptr_array_add (self->media, medium_new (json_array_get_object_element (media, i)));
}

/**
 * drover_template_parse:
 * @text: a template file
 * @length: its length, or -1
 * @error: set to %DROVER_ERROR_TEMPLATE with the place of what is wrong: an unknown key, a wrong
 *   type, a placeholder that there is not
 *
 * Returns: (transfer full) (nullable): the template
 */
DroverTemplate *
drover_template_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  DroverTemplate *self;

  g_return_val_if_fail (text != NULL, NULL);

  root = drover_json_parse (text, length, error);
  if (root == NULL || !drover_json_check_numbers (root, error) ||
      !_drover_template_check (root, error))
    return NULL;

  self = g_new0 (DroverTemplate, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->root = json_node_dup_object (root);
  self->architectures = _drover_template_dup_texts (self->root, "architectures");
  read_media (self);
  return self;
}

/**
 * drover_template_load:
 * @path: a template file
 * @error: set when it cannot be read, or with the file and the place of what is wrong in it
 *
 * Returns: (transfer full) (nullable): the template
 */
DroverTemplate *
drover_template_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  gsize length;
  DroverTemplate *self;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  self = drover_template_parse (text, length, error);
  if (self == NULL)
    {
      name = g_filename_display_name (path);
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  self->path = g_strdup (path);
  return self;
}

/**
 * drover_template_ref:
 *
 * Returns: (transfer full): @self
 */
DroverTemplate *
drover_template_ref (DroverTemplate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_template_unref:
 *
 * Drops one reference.
 */
void
drover_template_unref (DroverTemplate *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  json_object_unref (self->root);
  g_strfreev (self->architectures);
  g_ptr_array_unref (self->media);
  g_free (self->path);
  g_free (self);
}

JsonObject *
_drover_template_get_root (DroverTemplate *self)
{
  return self->root;
}

void
_drover_template_set_origin (DroverTemplate *self, const char *path, gboolean bundled)
{
  g_set_str (&self->path, path);
  self->bundled = bundled;
}

/**
 * drover_template_get_id:
 *
 * Returns: what the template is called on command lines, as `debian-13`
 */
const char *
drover_template_get_id (DroverTemplate *self)
{
  return get_text (self->root, "id");
}

/**
 * drover_template_get_title:
 *
 * Returns: what it is called, in the user's language
 */
const char *
drover_template_get_title (DroverTemplate *self)
{
  return _drover_template_translate (get_text (self->root, "title"));
}

/**
 * drover_template_get_summary:
 *
 * Returns: one line about it, in the user's language
 */
const char *
drover_template_get_summary (DroverTemplate *self)
{
  return _drover_template_translate (get_text (self->root, "summary"));
}

/**
 * drover_template_get_description:
 *
 * Returns: (nullable): some sentences about what to do with the machine, in the user's language
 */
const char *
drover_template_get_description (DroverTemplate *self)
{
  return _drover_template_translate (get_text (self->root, "description"));
}

/**
 * drover_template_get_category:
 *
 * Returns: `systems`, `learning` or `own`
 */
const char *
drover_template_get_category (DroverTemplate *self)
{
  return get_text (self->root, "category");
}

/**
 * drover_template_get_os:
 *
 * Returns: (nullable): libosinfo's id of the system
 */
const char *
drover_template_get_os (DroverTemplate *self)
{
  return get_text (self->root, "os");
}

/**
 * drover_template_get_architectures:
 *
 * Returns: for which guests it is, in QEMU's words; the first is the usual one
 */
const char *const *
drover_template_get_architectures (DroverTemplate *self)
{
  return (const char *const *) self->architectures;
}

/**
 * drover_template_has_architecture:
 *
 * Returns: whether machines of @architecture can be made from it
 */
gboolean
drover_template_has_architecture (DroverTemplate *self, const char *architecture)
{
  return g_strv_contains ((const char *const *) self->architectures, architecture);
}

static guint64
get_size (DroverTemplate *self, const char *range, const char *member)
{
  const char *text;
  guint64 size = 0;

  if (!json_object_has_member (self->root, range))
    return 0;
  text = get_text (json_object_get_object_member (self->root, range), member);
  return text != NULL && _drover_template_parse_size (text, &size) ? size : 0;
}

static guint
get_number (DroverTemplate *self, const char *range, const char *member)
{
  if (!json_object_has_member (self->root, range))
    return 0;
  return json_object_get_int_member_with_default (
    json_object_get_object_member (self->root, range), member, 0);
}

/**
 * drover_template_get_least_memory:
 *
 * Returns: what the system cannot do without, in bytes; 0 when the board has a fixed memory
 */
guint64
drover_template_get_least_memory (DroverTemplate *self)
{
  return get_size (self, "memory", "least");
}

/**
 * drover_template_get_memory:
 *
 * Returns: what is good for the system, in bytes; 0 when the board has a fixed memory
 */
guint64
drover_template_get_memory (DroverTemplate *self)
{
  return get_size (self, "memory", "recommended");
}

/**
 * drover_template_get_most_memory:
 *
 * Returns: what the board can have, in bytes; 0 when the template knows no end
 */
guint64
drover_template_get_most_memory (DroverTemplate *self)
{
  return get_size (self, "memory", "most");
}

/**
 * drover_template_get_least_cpus:
 *
 * Returns: what the system cannot do without; 0 when that is not to choose
 */
guint
drover_template_get_least_cpus (DroverTemplate *self)
{
  return get_number (self, "cpus", "least");
}

/**
 * drover_template_get_cpus:
 *
 * Returns: what is good for the system; 0 when that is not to choose
 */
guint
drover_template_get_cpus (DroverTemplate *self)
{
  return get_number (self, "cpus", "recommended");
}

/**
 * drover_template_get_most_cpus:
 *
 * Returns: what the board can have; 0 when the template knows no end
 */
guint
drover_template_get_most_cpus (DroverTemplate *self)
{
  return get_number (self, "cpus", "most");
}

/**
 * drover_template_get_least_disk:
 *
 * Returns: what the system cannot do without, in bytes; 0 when no disk is made
 */
guint64
drover_template_get_least_disk (DroverTemplate *self)
{
  return get_size (self, "disk", "least");
}

/**
 * drover_template_get_disk:
 *
 * Returns: what is good for the system, in bytes; 0 when no disk is made
 */
guint64
drover_template_get_disk (DroverTemplate *self)
{
  return get_size (self, "disk", "recommended");
}

/**
 * drover_template_get_unattended:
 *
 * Returns: (nullable): the kind of answers that install or set up the guest by itself:
 *   `autoinstall`, `cloud-init`, `preseed`, `archinstall`, `autounattend`; %NULL for none
 */
const char *
drover_template_get_unattended (DroverTemplate *self)
{
  return get_text (self->root, "unattended");
}

/**
 * drover_template_get_press_key:
 *
 * Returns: (nullable): the id of the drive whose disc waits for a key before it starts the
 *   installer; %NULL when none does
 */
const char *
drover_template_get_press_key (DroverTemplate *self)
{
  return get_text (self->root, "press-key");
}

/**
 * drover_template_get_tpm:
 *
 * Returns: (nullable): the version of the TPM that the machine is to have, or %NULL for none
 */
const char *
drover_template_get_tpm (DroverTemplate *self)
{
  return get_text (self->root, "tpm");
}

/**
 * drover_template_takes_ssh_port:
 *
 * Returns: whether an argument can forward a port of this computer to the guest's SSH server
 */
gboolean
drover_template_takes_ssh_port (DroverTemplate *self)
{
  g_autofree char *text =
    drover_json_to_text (json_object_get_member (self->root, "arguments"), FALSE);
  const char *found = strstr (text, "{ssh-port}");

  /* Doubled, the brace is one of the text. */
  while (found != NULL && found > text && found[-1] == '{')
    found = strstr (found + 1, "{ssh-port}");
  return found != NULL;
}

static gboolean
is_for (JsonObject *object, const char *architecture)
{
  g_auto (GStrv) wanted = _drover_template_dup_texts (object, "architecture");

  return wanted == NULL || g_strv_contains ((const char *const *) wanted, architecture);
}

/**
 * drover_template_dup_firmwares:
 * @architecture: of the guest
 *
 * Returns: (transfer full): the kinds of firmware that the system starts with, the best first:
 *   `uefi`, `bios`, `secure-boot`, `secure-boot-enrolled`. Empty when the template's arguments
 *   say all there is to say about firmware.
 */
GStrv
drover_template_dup_firmwares (DroverTemplate *self, const char *architecture)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *firmwares;

  if (!json_object_has_member (self->root, "firmware"))
    return g_strv_builder_end (builder);
  firmwares = json_object_get_array_member (self->root, "firmware");
  for (guint i = 0; i < json_array_get_length (firmwares); i++)
    {
      JsonObject *firmware = json_array_get_object_element (firmwares, i);

      if (is_for (firmware, architecture))
        g_strv_builder_add (builder, get_text (firmware, "kind"));
    }
  return g_strv_builder_end (builder);
}

/**
 * drover_template_get_firmware:
 * @architecture: of the guest
 *
 * Returns: (nullable): the best of drover_template_dup_firmwares(), or %NULL
 */
const char *
drover_template_get_firmware (DroverTemplate *self, const char *architecture)
{
  g_auto (GStrv) firmwares = drover_template_dup_firmwares (self, architecture);

  return g_intern_string (firmwares[0]);
}

/**
 * drover_template_list_media:
 * @architecture: (nullable): of the guest; %NULL for all
 *
 * Returns: (transfer container) (element-type DroverTemplateMedium): what the machine is made
 *   from; they live as long as @self
 */
GPtrArray *
drover_template_list_media (DroverTemplate *self, const char *architecture)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < self->media->len; i++)
    {
      const DroverTemplateMedium *medium = self->media->pdata[i];

      if (architecture == NULL || medium->architecture == NULL ||
          g_str_equal (medium->architecture, architecture))
        g_ptr_array_add (list, self->media->pdata[i]);
    }
  return list;
}

/**
 * drover_template_find_medium:
 * @id: of the medium
 * @architecture: of the guest
 *
 * Returns: (nullable): the medium, which lives as long as @self
 */
const DroverTemplateMedium *
drover_template_find_medium (DroverTemplate *self, const char *id, const char *architecture)
{
  g_autoptr (GPtrArray) media = drover_template_list_media (self, architecture);

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];

      if (g_str_equal (medium->id, id))
        return medium;
    }
  return NULL;
}

/**
 * drover_template_is_bundled:
 *
 * Returns: whether it came with Drover
 */
gboolean
drover_template_is_bundled (DroverTemplate *self)
{
  return self->bundled;
}

/**
 * drover_template_get_path:
 *
 * Returns: (nullable): the file that it was read from; %NULL of one that came with Drover or has
 *   not been saved
 */
const char *
drover_template_get_path (DroverTemplate *self)
{
  return self->path;
}

/**
 * drover_template_to_text:
 *
 * Returns: (transfer full): the template's file
 */
char *
drover_template_to_text (DroverTemplate *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, self->root);
  text = drover_json_to_text (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}
