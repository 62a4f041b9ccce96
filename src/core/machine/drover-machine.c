/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-machine-private.h"

#define FILE_NAME "machine.json"
#define BACKUP_NAME "machine.json.bak"

/* One machine of the library: a folder with a machine.json. A file that cannot be read or
 * understood makes a broken machine: it is shown with its error, and never written. */
struct _DroverMachine
{
  GObject parent_instance;

  char *folder;
  char *directory;
  char *slug;
  char *file;
  DroverDocument *document;
  DroverDocument *withheld; /* what a file says that is whole, but has another machine's uuid */
  GError *error;
  GBytes *contents; /* of the file as last read or written, to notice others' changes */
};

G_DEFINE_FINAL_TYPE (DroverMachine, drover_machine, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DOCUMENT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
drover_machine_finalize (GObject *object)
{
  DroverMachine *self = DROVER_MACHINE (object);

  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->slug, g_free);
  g_clear_pointer (&self->file, g_free);
  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->withheld, drover_document_unref);
  g_clear_pointer (&self->contents, g_bytes_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (drover_machine_parent_class)->finalize (object);
}

static void
drover_machine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverMachine *self = DROVER_MACHINE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, drover_machine_get_name (self));
      break;
    case PROP_DOCUMENT:
      g_value_set_boxed (value, self->document);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_machine_class_init (DroverMachineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = drover_machine_finalize;
  object_class->get_property = drover_machine_get_property;

  /**
   * DroverMachine:name:
   *
   * The name that people see; of a broken machine its folder's.
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverMachine:document:
   *
   * What machine.json says; %NULL when the machine is broken.
   */
  properties[PROP_DOCUMENT] =
    g_param_spec_boxed ("document", NULL, NULL, DROVER_TYPE_DOCUMENT,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_machine_init (DroverMachine *self)
{
}

/**
 * drover_machine_new:
 * @folder: the machine's folder, whose last part is its slug
 *
 * Reads the machine. It always succeeds: see drover_machine_get_error().
 *
 * Returns: (transfer full): the machine
 */
DroverMachine *
drover_machine_new (const char *folder)
{
  DroverMachine *self = g_object_new (DROVER_TYPE_MACHINE, NULL);

  self->folder = g_strdup (folder);
  self->slug = g_path_get_basename (folder);
  self->file = g_build_filename (folder, FILE_NAME, NULL);
  drover_machine_reload (self);
  return self;
}

static GBytes *
read_file (const char *file, GError **error)
{
  char *contents;
  gsize length;

  if (!g_file_get_contents (file, &contents, &length, error))
    return NULL;

  return g_bytes_new_take (contents, length);
}

static void
settle_directory (DroverMachine *self)
{
  const char *directory =
    self->document != NULL ? drover_document_get_directory (self->document) : NULL;

  g_free (self->directory);
  self->directory = directory != NULL ? g_canonicalize_filename (directory, self->folder)
                                      : g_strdup (self->folder);
}

static void
tell (DroverMachine *self)
{
  settle_directory (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DOCUMENT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/*
 * _drover_machine_get_uuid:
 *
 * Returns: (nullable): the uuid that the file has, also that of a machine with a twin
 */
const char *
_drover_machine_get_uuid (DroverMachine *self)
{
  DroverDocument *document = self->document != NULL ? self->document : self->withheld;

  return document != NULL ? drover_document_get_uuid (document) : NULL;
}

/*
 * _drover_machine_set_twin:
 * @slug: (nullable): the machine that has this one's uuid and came first
 *
 * Sockets, logs and a running QEMU are found by uuid, so of two machines with one uuid only
 * one can be used. The other is shown as broken, with the reason.
 *
 * Returns: whether anything is different now
 */
gboolean
_drover_machine_set_twin (DroverMachine *self, const char *slug)
{
  if ((slug != NULL) == (self->withheld != NULL) || (slug != NULL && self->document == NULL))
    return FALSE;

  if (slug != NULL)
    {
      self->withheld = g_steal_pointer (&self->document);
      g_set_error (&self->error, DROVER_ERROR, DROVER_ERROR_SAME_IDENTITY,
                   _("Its uuid %s is that of the machine in the folder “%s” too, as after a copy "
                     "of that folder. Two machines cannot share one identity."),
                   drover_document_get_uuid (self->withheld), slug);
    }
  else
    {
      self->document = g_steal_pointer (&self->withheld);
      g_clear_error (&self->error);
    }

  tell (self);
  return TRUE;
}

/**
 * drover_machine_reload:
 *
 * Reads machine.json again, as after a change by another program.
 *
 * Returns: whether anything is different now
 */
gboolean
drover_machine_reload (DroverMachine *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = read_file (self->file, &error);
  g_autoptr (DroverDocument) document = NULL;

  if (contents != NULL && self->contents != NULL && g_bytes_equal (contents, self->contents))
    return FALSE;

  if (contents != NULL)
    document = drover_document_parse (g_bytes_get_data (contents, NULL),
                                      g_bytes_get_size (contents), &error);

  g_clear_pointer (&self->contents, g_bytes_unref);
  self->contents = g_steal_pointer (&contents);

  /* A twin that was edited is still one, and nobody is to see it whole in between. */
  if (self->withheld != NULL && document != NULL &&
      g_str_equal (drover_document_get_uuid (document), drover_document_get_uuid (self->withheld)))
    {
      drover_document_unref (self->withheld);
      self->withheld = g_steal_pointer (&document);
      return TRUE;
    }

  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->withheld, drover_document_unref);
  g_clear_error (&self->error);
  self->document = g_steal_pointer (&document);
  self->error = g_steal_pointer (&error);
  tell (self);
  return TRUE;
}

/* Nothing is written over a file that this object has not read. */
static gboolean
check_unchanged (DroverMachine *self, GError **error)
{
  g_autoptr (GBytes) now = NULL;

  now = read_file (self->file, NULL);
  if (now == NULL && self->contents == NULL)
    return TRUE;

  if (now != NULL && self->contents != NULL && g_bytes_equal (now, self->contents))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_CHANGED,
               _("%s was changed by another program meanwhile, so it was not written"),
               self->file);
  return FALSE;
}

/* A link, as to a file under version control, stays a link, and a mode what it was. */
static gboolean
write_file (const char *folder, const char *name, GBytes *contents, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *target = realpath (path, NULL);
  GStatBuf info;
  int mode = target != NULL && g_stat (target, &info) == 0 ? info.st_mode & 0777 : 0600;
  gboolean written = g_file_set_contents_full (
    target != NULL ? target : path, g_bytes_get_data (contents, NULL), g_bytes_get_size (contents),
    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);

  free (target);
  return written;
}

static gboolean
write_document (DroverMachine *self, DroverDocument *document, GError **error)
{
  g_autofree char *text = drover_document_to_text (document);
  g_autoptr (GBytes) contents = g_bytes_new (text, strlen (text));

  if (!check_unchanged (self, error))
    return FALSE;

  if (self->contents != NULL && !g_bytes_equal (self->contents, contents) &&
      !write_file (self->folder, BACKUP_NAME, self->contents, error))
    return FALSE;

  if (!write_file (self->folder, FILE_NAME, contents, error))
    return FALSE;

  drover_machine_reload (self);
  return TRUE;
}

/**
 * drover_machine_save:
 * @document: what machine.json is to say
 * @error: set when the file is broken, was changed meanwhile, or cannot be written
 *
 * Writes machine.json so that a crash or a full disk at any moment leaves either the old or
 * the new file whole. The file as it was becomes `machine.json.bak`. On failure the
 * machine keeps its old document.
 *
 * Returns: whether it was saved
 */
gboolean
drover_machine_save (DroverMachine *self, DroverDocument *document, GError **error)
{
  if (self->error == NULL)
    return write_document (self, document, error);

  g_set_error (error, self->error->domain, self->error->code,
               _("%s is broken and was left as it is: %s"), self->file, self->error->message);
  return FALSE;
}

/**
 * drover_machine_renew_identity:
 * @error: set when the machine has an identity of its own, or the file cannot be written
 *
 * Makes a machine of its own of one that is broken with %DROVER_ERROR_SAME_IDENTITY.
 *
 * Returns: whether it has a new uuid
 */
gboolean
drover_machine_renew_identity (DroverMachine *self, GError **error)
{
  g_autoptr (DroverDocument) document = NULL;

  g_return_val_if_fail (DROVER_IS_MACHINE (self), FALSE);

  if (self->withheld != NULL)
    {
      document = drover_document_with_new_uuid (self->withheld);
      return write_document (self, document, error);
    }

  if (self->error != NULL)
    g_set_error (error, self->error->domain, self->error->code,
                 _("%s is broken and was left as it is: %s"), self->file, self->error->message);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                 _("“%s” has an identity of its own already"), drover_machine_get_name (self));
  return FALSE;
}

/**
 * drover_machine_get_slug:
 *
 * Returns: the name of the machine's folder, which commands use
 */
const char *
drover_machine_get_slug (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->slug;
}

/**
 * drover_machine_get_folder:
 *
 * Returns: the machine's folder, which has its machine.json
 */
const char *
drover_machine_get_folder (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->folder;
}

/**
 * drover_machine_get_directory:
 *
 * Returns: the folder in which QEMU is started, where relative file names in the arguments are
 *   looked for: the machine's own unless its document names another
 */
const char *
drover_machine_get_directory (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->directory;
}

/**
 * drover_machine_get_file:
 *
 * Returns: the path of machine.json
 */
const char *
drover_machine_get_file (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->file;
}

/**
 * drover_machine_get_name:
 *
 * Returns: the name that people see; of a broken machine its folder's
 */
const char *
drover_machine_get_name (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->document != NULL ? drover_document_get_name (self->document) : self->slug;
}

/**
 * drover_machine_get_document:
 *
 * Returns: (transfer none) (nullable): what machine.json says; %NULL when it is broken
 */
DroverDocument *
drover_machine_get_document (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->document;
}

/**
 * drover_machine_get_error:
 *
 * Returns: (nullable): why the machine is broken
 */
const GError *
drover_machine_get_error (DroverMachine *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE (self), NULL);
  return self->error;
}
