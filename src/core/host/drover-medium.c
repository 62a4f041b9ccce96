/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "drover-checksums.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-medium.h"

#define VERSION 1

/**
 * DroverMedium:
 *
 * A file that machines are installed or started from, with what is on record of it.
 */
struct _DroverMedium
{
  GObject parent_instance;

  char *path;
  char *title;
  char *sha256;
  char *source;
  char *request;
  char *signed_by;
  char *added;
  DroverMediumCheck check;
  guint64 size;
  gint64 modified; /* in microseconds since 1970 */
  gboolean is_bad; /* it was read, and has another sum by now */
};

G_DEFINE_FINAL_TYPE (DroverMedium, drover_medium, G_TYPE_OBJECT)

static const char *const check_names[] = {
  [DROVER_MEDIUM_CHECK_NONE] = "none",
  [DROVER_MEDIUM_CHECK_CHECKSUM] = "checksum",
  [DROVER_MEDIUM_CHECK_SIGNATURE] = "signature",
};

static void
drover_medium_finalize (GObject *object)
{
  DroverMedium *self = DROVER_MEDIUM (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->sha256, g_free);
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->request, g_free);
  g_clear_pointer (&self->signed_by, g_free);
  g_clear_pointer (&self->added, g_free);

  G_OBJECT_CLASS (drover_medium_parent_class)->finalize (object);
}

static void
drover_medium_class_init (DroverMediumClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_medium_finalize;
}

static void
drover_medium_init (DroverMedium *self)
{
}

static gboolean
look (const char *path, guint64 *size, gint64 *modified)
{
  struct stat status;

  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return FALSE;

  *size = status.st_size;
  *modified = status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;
  return TRUE;
}

/**
 * drover_medium_new:
 * @path: a file
 * @sha256: its SHA-256, which somebody has just computed
 * @origin: what else is known of it
 *
 * Returns: (transfer full) (nullable): the medium, or %NULL when the file is not there
 */
DroverMedium *
drover_medium_new (const char *path, const char *sha256, const DroverMediumOrigin *origin,
                   GError **error)
{
  g_autoptr (DroverMedium) self = g_object_new (DROVER_TYPE_MEDIUM, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  self->path = g_canonicalize_filename (path, NULL);
  if (!look (self->path, &self->size, &self->modified))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no file “%s”"), path);
      return NULL;
    }

  self->title = origin->title != NULL ? g_strdup (origin->title)
                                      : g_filename_display_basename (self->path);
  self->sha256 = g_ascii_strdown (sha256, -1);
  self->source = g_strdup (origin->source);
  self->request = g_strdup (origin->request);
  self->signed_by = g_strdup (origin->signed_by);
  self->check = origin->check;
  self->added = g_date_time_format_iso8601 (now);
  return g_steal_pointer (&self);
}

static gboolean
check_types (JsonObject *object, GError **error)
{
  static const struct { const char *member; GType type; } types[] = {
    { "version", G_TYPE_INT64 }, { "path", G_TYPE_STRING }, { "title", G_TYPE_STRING },
    { "size", G_TYPE_INT64 }, { "modified", G_TYPE_INT64 }, { "sha256", G_TYPE_STRING },
    { "source", G_TYPE_STRING }, { "request", G_TYPE_STRING }, { "check", G_TYPE_STRING },
    { "signed-by", G_TYPE_STRING }, { "added", G_TYPE_STRING }, { "bad", G_TYPE_BOOLEAN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (!drover_json_check_type (object, types[i].member, types[i].type, "medium", error))
      return FALSE;
  return TRUE;
}

static char *
dup_member (JsonObject *object, const char *member)
{
  return g_strdup (json_object_get_string_member_with_default (object, member, NULL));
}

/**
 * drover_medium_from_json:
 * @folder: that of the library; paths are relative to it
 * @node: what drover_medium_to_json() returned
 *
 * Returns: (transfer full) (nullable): the medium, or %NULL when @node is not one
 */
DroverMedium *
drover_medium_from_json (const char *folder, JsonNode *node, GError **error)
{
  g_autoptr (DroverMedium) self = g_object_new (DROVER_TYPE_MEDIUM, NULL);
  g_autofree char *path = NULL;
  g_autofree char *check = NULL;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL || !check_types (object, error) ||
      json_object_get_int_member_with_default (object, "version", 0) != VERSION ||
      (path = dup_member (object, "path")) == NULL ||
      (self->sha256 = dup_member (object, "sha256")) == NULL ||
      strlen (self->sha256) != DROVER_CHECKSUMS_SHA256_LENGTH)
    {
      if (error == NULL || *error == NULL)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             _("It is not a record of a medium"));
      return NULL;
    }

  self->path = g_canonicalize_filename (path, folder);
  self->title = dup_member (object, "title");
  if (self->title == NULL)
    self->title = g_filename_display_basename (self->path);
  self->source = dup_member (object, "source");
  self->request = dup_member (object, "request");
  self->signed_by = dup_member (object, "signed-by");
  self->added = dup_member (object, "added");
  self->size = json_object_get_int_member_with_default (object, "size", 0);
  self->modified = json_object_get_int_member_with_default (object, "modified", 0);
  self->is_bad = json_object_get_boolean_member_with_default (object, "bad", FALSE);

  check = dup_member (object, "check");
  for (guint i = 0; i < G_N_ELEMENTS (check_names); i++)
    if (g_strcmp0 (check, check_names[i]) == 0)
      self->check = i;
  return g_steal_pointer (&self);
}

static void
set_member (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

/* Relative below the library's folder, so that the folder can be moved. */
static const char *
get_written_path (DroverMedium *self, const char *folder)
{
  const gsize length = strlen (folder);

  return g_str_has_prefix (self->path, folder) && self->path[length] == '/'
           ? self->path + length + 1
           : self->path;
}

/**
 * drover_medium_to_json:
 * @folder: (nullable): that of the library; %NULL for the whole path, for people
 *
 * Returns: (transfer full): the record
 */
JsonNode *
drover_medium_to_json (DroverMedium *self, const char *folder)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);

  json_node_take_object (node, object);
  json_object_set_int_member (object, "version", VERSION);
  set_member (object, "path", folder != NULL ? get_written_path (self, folder) : self->path);
  set_member (object, "title", self->title);
  json_object_set_int_member (object, "size", self->size);
  json_object_set_int_member (object, "modified", self->modified);
  set_member (object, "sha256", self->sha256);
  set_member (object, "source", self->source);
  set_member (object, "request", self->request);
  set_member (object, "check", check_names[self->check]);
  set_member (object, "signed-by", self->signed_by);
  set_member (object, "added", self->added);
  if (self->is_bad)
    json_object_set_boolean_member (object, "bad", TRUE);
  return node;
}

/**
 * drover_medium_improve:
 * @origin: what is known of the same bytes by now
 *
 * Takes from @origin what is not on record yet, such as a signature.
 *
 * Returns: whether anything was
 */
gboolean
drover_medium_improve (DroverMedium *self, const DroverMediumOrigin *origin)
{
  gboolean changed = FALSE;

  g_return_val_if_fail (DROVER_IS_MEDIUM (self), FALSE);

  if (origin->check > self->check)
    {
      self->check = origin->check;
      g_set_str (&self->signed_by, origin->signed_by);
      if (origin->title != NULL)
        g_set_str (&self->title, origin->title);
      changed = TRUE;
    }
  if (origin->source != NULL && self->source == NULL)
    changed |= g_set_str (&self->source, origin->source);
  if (origin->request != NULL)
    changed |= g_set_str (&self->request, origin->request);
  return changed;
}

/**
 * drover_medium_note_verified:
 * @is_same: whether the file was found to have the recorded SHA-256
 *
 * Notes what a look at all bytes found.
 *
 * Returns: %TRUE, or %FALSE when the file is not there
 */
gboolean
drover_medium_note_verified (DroverMedium *self, gboolean is_same, GError **error)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), FALSE);

  self->is_bad = !is_same;
  if (!is_same || look (self->path, &self->size, &self->modified))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no file “%s”"), self->path);
  return FALSE;
}

/**
 * drover_medium_get_path:
 *
 * Returns: the file's absolute path
 */
const char *
drover_medium_get_path (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->path;
}

/**
 * drover_medium_get_title:
 *
 * Returns: its name for people
 */
const char *
drover_medium_get_title (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->title;
}

/**
 * drover_medium_get_size:
 *
 * Returns: its bytes
 */
guint64
drover_medium_get_size (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), 0);
  return self->size;
}

/**
 * drover_medium_get_sha256:
 *
 * Returns: its SHA-256 in lower-case hex
 */
const char *
drover_medium_get_sha256 (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->sha256;
}

/**
 * drover_medium_get_source:
 *
 * Returns: (nullable): the address that it came from
 */
const char *
drover_medium_get_source (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->source;
}

/**
 * drover_medium_get_request:
 *
 * Returns: (nullable): drover_download_request_dup_id() of what asked for it last
 */
const char *
drover_medium_get_request (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->request;
}

/**
 * drover_medium_get_signed_by:
 *
 * Returns: (nullable): whose signature it was checked by, with the key's fingerprint
 */
const char *
drover_medium_get_signed_by (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->signed_by;
}

/**
 * drover_medium_get_check:
 *
 * Returns: by what it was checked
 */
DroverMediumCheck
drover_medium_get_check (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), DROVER_MEDIUM_CHECK_NONE);
  return self->check;
}

/**
 * drover_medium_get_added:
 *
 * Returns: (nullable): when it came into the library, in ISO 8601
 */
const char *
drover_medium_get_added (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);
  return self->added;
}

/**
 * drover_medium_get_state:
 *
 * Looks at the file's size and time, not at its bytes.
 *
 * Returns: whether the file is there as it was
 */
DroverMediumState
drover_medium_get_state (DroverMedium *self)
{
  guint64 size;
  gint64 modified;

  g_return_val_if_fail (DROVER_IS_MEDIUM (self), DROVER_MEDIUM_STATE_MISSING);

  if (!look (self->path, &size, &modified))
    return DROVER_MEDIUM_STATE_MISSING;
  return !self->is_bad && size == self->size && modified == self->modified
           ? DROVER_MEDIUM_STATE_OK
           : DROVER_MEDIUM_STATE_CHANGED;
}

/**
 * drover_medium_dup_check_text:
 *
 * Returns: (transfer full): by what it was checked, in a translated phrase
 */
char *
drover_medium_dup_check_text (DroverMedium *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIUM (self), NULL);

  switch (self->check)
    {
    case DROVER_MEDIUM_CHECK_SIGNATURE:
      return g_strdup_printf (_("Signed by %s"), self->signed_by != NULL ? self->signed_by : "?");
    case DROVER_MEDIUM_CHECK_CHECKSUM:
      return g_strdup (_("Checksum only, no signature"));
    case DROVER_MEDIUM_CHECK_NONE:
    default:
      return g_strdup (_("Not checked: there is nothing to compare it with"));
    }
}
