/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary: lets the parts of the app be built while the core's are still being written. Every
 * symbol here is weak; the real one replaces it. Removed when the last of them is there. */
#include "config.h"

#include "drover-catalogue.h"
#include "drover-check.h"
#include "drover-error.h"
#include "drover-part.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define WEAK __attribute__ ((weak))

struct _DroverCatalogue { GObject parent_instance; };
WEAK GType
drover_catalogue_get_type (void)
{
  return g_object_get_type ();
}

WEAK const DroverSetting *const *
drover_settings_list (guint *n_settings)
{
  static const DroverSetting *none[1];

  *n_settings = 0;
  return none;
}

WEAK const DroverSetting *const *
drover_settings_list_for (const char *kind, guint *n_settings)
{
  static const DroverSetting *none[1];

  *n_settings = 0;
  return none;
}

WEAK const DroverSetting *
drover_setting_find (const char *id)
{
  return NULL;
}

WEAK DroverReading       *
drover_setting_read (const DroverSetting *setting, GPtrArray *arguments, const DroverScope *scope)
{
  return NULL;
}

WEAK GPtrArray           *
drover_setting_write (const DroverSetting *setting, GPtrArray *arguments, const DroverScope *scope, const char *text, GError **error)
{
  return NULL;
}

WEAK char                *
drover_setting_dup_words (const DroverSetting *setting, GPtrArray *arguments, const DroverScope *scope, const char *text)
{
  return NULL;
}

WEAK void
drover_reading_free (DroverReading *self)
{
}

WEAK GPtrArray  *
drover_parts_list (GPtrArray *arguments, const char *kind)
{
  return NULL;
}

WEAK DroverPart *
drover_parts_find (GPtrArray *arguments, const char *id)
{
  return NULL;
}

WEAK DroverPart *
drover_parts_find_at (GPtrArray *arguments, guint argument)
{
  return NULL;
}

WEAK void
drover_part_free (DroverPart *self)
{
}

WEAK GPtrArray  *
drover_parts_add (GPtrArray *arguments, const char *program, const char *kind, const char *const *properties, char **id, GError **error)
{
  return NULL;
}

WEAK GPtrArray  *
drover_part_remove (GPtrArray *arguments, const DroverPart *part, gboolean other_half)
{
  return NULL;
}

WEAK GPtrArray  *
drover_arguments_rename_id (GPtrArray *arguments, guint argument, const char *id, GError **error)
{
  return NULL;
}

WEAK GArray     *
drover_arguments_list_uses (GPtrArray *arguments, guint argument)
{
  return NULL;
}

WEAK GPtrArray  *
drover_arguments_list_duplicate_ids (GPtrArray *arguments)
{
  return NULL;
}

WEAK char       *
drover_part_describe_modern (GPtrArray *arguments, guint argument)
{
  return NULL;
}

WEAK GPtrArray  *
drover_arguments_modernise (GPtrArray *arguments, const char *program, guint argument, GError **error)
{
  return NULL;
}

WEAK DroverLocation *
drover_location_find (GPtrArray *arguments, guint argument, gsize offset)
{
  return NULL;
}

WEAK void
drover_location_free (DroverLocation *self)
{
}

WEAK DexFuture  *
drover_catalogue_load (const char *program)
{
  return NULL;
}

WEAK const char *
drover_catalogue_get_program (DroverCatalogue *self)
{
  return NULL;
}

WEAK const char *
drover_catalogue_get_version (DroverCatalogue *self)
{
  return NULL;
}

WEAK const char *
drover_catalogue_get_architecture (DroverCatalogue *self)
{
  return NULL;
}

WEAK GArray     *
drover_catalogue_list_machines (DroverCatalogue *self)
{
  return NULL;
}

WEAK gboolean
drover_catalogue_find_machine (DroverCatalogue *self, const char *name, DroverCatalogueMachine *machine)
{
  return FALSE;
}

WEAK GArray     *
drover_catalogue_list_cpus (DroverCatalogue *self)
{
  return NULL;
}

WEAK GArray     *
drover_catalogue_list_devices (DroverCatalogue *self)
{
  return NULL;
}

WEAK gboolean
drover_catalogue_find_device (DroverCatalogue *self, const char *name, DroverCatalogueDevice *device)
{
  return FALSE;
}

WEAK GArray     *
drover_catalogue_list_properties (DroverCatalogue *self, const char *type)
{
  return NULL;
}

WEAK GArray     *
drover_catalogue_list_machine_properties (DroverCatalogue *self, const char *machine)
{
  return NULL;
}

WEAK GArray     *
drover_catalogue_list_buses_for (DroverCatalogue *self, const char *device)
{
  return NULL;
}

WEAK GArray     *
drover_catalogue_suggest (DroverCatalogue *self, const char *query)
{
  return NULL;
}

WEAK char       *
drover_catalogue_dup_default (DroverCatalogue *self, const char *machine, const char *setting_id)
{
  return NULL;
}

WEAK GType
drover_check_get_type (void)
{
  return G_TYPE_STRV;
}

WEAK DexFuture   *
drover_check_run (DroverDocument *document, const char *folder)
{
  return NULL;
}

WEAK DroverCheck *
drover_check_ref (DroverCheck *self)
{
  return NULL;
}

WEAK void
drover_check_unref (DroverCheck *self)
{
}

