/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-creation-private.h"
#include "drover-error.h"
#include "drover-firmware-vars.h"
#include "drover-image.h"
#include "drover-seed.h"

/* Whether the machine's arguments name a file: a template has more than each machine needs. */
static gboolean
is_named (DroverCreation *self, const char *name)
{
  g_auto (GStrv) argv = drover_document_dup_argv (self->document);

  for (guint i = 0; name != NULL && argv[i] != NULL; i++)
    if (strstr (argv[i], name) != NULL)
      return TRUE;

  return FALSE;
}

static gboolean
has_disk (DroverCreation *self)
{
  return self->disk > 0 && is_named (self, DROVER_CREATION_DISK);
}

static gboolean
has_answers_in_initrd (DroverCreation *self)
{
  return self->answers != NULL && drover_unattended_needs_initrd (self->answers->kind) &&
         self->initrd_source != NULL;
}

static gboolean
has_seed (DroverCreation *self)
{
  return self->answers != NULL && drover_unattended_get_label (self->answers->kind) != NULL;
}

static gboolean
has_extracted_kernel (DroverCreation *self)
{
  return self->extracted != NULL && is_named (self, self->kernel);
}

/* What will be made, for people. */
gboolean
_drover_creation_list_files (DroverCreation *self)
{
  g_autofree char *size = g_format_size_full (self->disk, G_FORMAT_SIZE_IEC_UNITS);

  if (has_disk (self) && self->image != NULL)
    _drover_creation_add_step (self, _("Copy %s to a disk of %s (%s)"), self->image->title, size,
                               DROVER_CREATION_DISK);
  else if (has_disk (self))
    _drover_creation_add_step (self, _("Make a disk of %s, which takes room only as it fills (%s)"),
                               size, DROVER_CREATION_DISK);
  if (self->firmware != NULL && self->firmware->vars != NULL)
    _drover_creation_add_step (self, _("Make the firmware’s memory for settings and keys (%s)"),
                               DROVER_CREATION_VARS);
  if (has_extracted_kernel (self))
    _drover_creation_add_step (self, _("Take the installer’s kernel out of %s"),
                               self->extracted->title);
  if (has_seed (self))
    _drover_creation_add_step (self, _("Write the answers for the installation (%s)"),
                               DROVER_CREATION_SEED);
  if (has_answers_in_initrd (self))
    _drover_creation_add_step (self, _("Write the answers for the installation (%s)"),
                               DROVER_CREATION_INITRD);
  return TRUE;
}

static char *
dup_path (DroverCreation *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* The file of a medium whose bytes the template has itself. */
static gboolean
write_data (DroverCreation *self, const DroverTemplateMedium *medium, GError **error)
{
  g_autofree char *path = dup_path (self, g_hash_table_lookup (self->media, medium->id));
  gsize length;
  const char *data = g_bytes_get_data (medium->data, &length);

  return g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gboolean
write_all_data (DroverCreation *self, GError **error)
{
  g_autoptr (GPtrArray) list = drover_template_list_media (self->template, self->architecture);

  for (guint i = 0; i < list->len; i++)
    {
      const DroverTemplateMedium *medium = list->pdata[i];

      if (g_str_equal (medium->kind, "data") && !write_data (self, medium, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
copy_image (DroverCreation *self, const char *path, GError **error)
{
  const char *source = g_hash_table_lookup (self->media, self->image->id);
  g_autoptr (DroverImageInfo) info = dex_await_boxed (drover_image_inspect (source), error);

  if (info == NULL)
    return FALSE;
  if (info->virtual_size > self->disk)
    {
      g_autofree char *wanted = g_format_size_full (info->virtual_size, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *given = g_format_size_full (self->disk, G_FORMAT_SIZE_IEC_UNITS);

      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("The disk of %s is too small for %s, which has %s"), given,
                   self->image->title, wanted);
      return FALSE;
    }

  /* A copy and no overlay: the machine is to stand without the library of media. */
  return dex_await (drover_image_convert (source, info->format, path, "qcow2"), error) &&
         _drover_creation_check_going (self, error) &&
         dex_await (drover_image_resize (path, "qcow2", self->disk), error);
}

static gboolean
make_disk (DroverCreation *self, GError **error)
{
  g_autofree char *path = dup_path (self, DROVER_CREATION_DISK);

  if (!has_disk (self))
    return TRUE;

  _drover_creation_set_progress (self, _("Making the disk"), -1);
  if (self->image != NULL)
    return copy_image (self, path, error);
  return dex_await (drover_image_create (path, "qcow2", self->disk), error);
}

static gboolean
make_vars (DroverCreation *self, GError **error)
{
  g_autofree char *path = dup_path (self, DROVER_CREATION_VARS);

  if (self->firmware == NULL || self->firmware->vars == NULL)
    return TRUE;

  _drover_creation_set_progress (self, _("Making the firmware’s memory"), -1);
  return dex_await (
    drover_firmware_vars_make (self->firmware->vars, self->firmware->vars_format, path), error);
}

static gboolean
extract_kernel (DroverCreation *self, GError **error)
{
  const char *names[] = { NULL, NULL, NULL };
  g_auto (GStrv) paths = NULL;

  if (!has_extracted_kernel (self))
    return TRUE;

  _drover_creation_set_progress (self, _("Taking the installer’s kernel out of its medium"), -1);
  names[0] = self->extracted->kernel;
  names[1] = self->extracted->initrd;
  paths = dex_await_boxed (
    drover_iso_extract (g_hash_table_lookup (self->media, self->extracted->id), names,
                        self->folder),
    error);
  if (paths == NULL)
    return FALSE;

  g_free (self->initrd_source);
  self->initrd_source = dup_path (self, self->initrd);
  return TRUE;
}

static gboolean
write_answers (DroverCreation *self, GError **error)
{
  g_autofree char *seed = dup_path (self, DROVER_CREATION_SEED);
  g_autofree char *initrd = dup_path (self, DROVER_CREATION_INITRD);

  if (self->answers == NULL)
    return TRUE;

  _drover_creation_set_progress (self, _("Writing the answers for the installation"), -1);
  if (has_answers_in_initrd (self))
    return dex_await (
      drover_seed_append_initrd (self->initrd_source, initrd, self->answer_files), error);
  if (has_seed (self))
    return drover_seed_write (seed, drover_unattended_get_label (self->answers->kind),
                              self->answer_files, error);

  return TRUE;
}

/* Makes all that the machine's folder is to have, but for machine.json. */
gboolean
_drover_creation_make_files (DroverCreation *self, GError **error)
{
  static gboolean (*const steps[]) (DroverCreation *self, GError **error) = {
    write_all_data, make_disk, make_vars, extract_kernel, write_answers,
  };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!steps[i] (self, error) || !_drover_creation_check_going (self, error))
      return FALSE;

  return TRUE;
}
