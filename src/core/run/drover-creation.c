/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-creation-private.h"
#include "drover-dex.h"
#include "drover-error.h"

/* Files and TLS are deep, and who listens to the properties runs on this stack too. */
#define FIBER_STACK_SIZE (512 * 1024)

G_DEFINE_FINAL_TYPE (DroverCreation, drover_creation, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_FRACTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What one run found out is no news to the next. */
static void
forget_findings (DroverCreation *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->architecture, g_free);
  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->accelerator, g_free);
  g_clear_object (&self->catalogue);
  g_clear_pointer (&self->cpu_features, g_strfreev);
  g_clear_pointer (&self->answers, drover_unattended_free);
  g_clear_pointer (&self->answer_files, g_hash_table_unref);
  g_clear_pointer (&self->media, g_hash_table_unref);
  g_clear_pointer (&self->origins, json_array_unref);
  g_clear_pointer (&self->kernel, g_free);
  g_clear_pointer (&self->initrd, g_free);
  g_clear_pointer (&self->kernel_source, g_free);
  g_clear_pointer (&self->initrd_source, g_free);
  g_clear_pointer (&self->firmware_kinds, g_strfreev);
  g_clear_pointer (&self->firmware, drover_firmware_unref);
  g_clear_pointer (&self->folder, g_free);
  self->image = NULL;
  self->extracted = NULL;
  self->firmware_kind = NULL;
  self->memory = 0;
  self->cpus = 0;
  self->disk = 0;
  self->ssh_port = 0;
}

static void
drover_creation_finalize (GObject *object)
{
  DroverCreation *self = DROVER_CREATION (object);

  forget_findings (self);
  g_clear_object (&self->library);
  g_clear_object (&self->downloads);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->template, drover_template_unref);
  g_clear_pointer (&self->choices, drover_creation_choices_free);
  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->steps, g_strfreev);
  g_clear_pointer (&self->notices, g_strfreev);
  g_clear_pointer (&self->steps_builder, g_strv_builder_unref);
  g_clear_pointer (&self->notices_builder, g_strv_builder_unref);
  g_free (self->text);

  G_OBJECT_CLASS (drover_creation_parent_class)->finalize (object);
}

static void
drover_creation_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverCreation *self = DROVER_CREATION (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_creation_class_init (DroverCreationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = drover_creation_finalize;
  object_class->get_property = drover_creation_get_property;

  /**
   * DroverCreation:text:
   *
   * What is being done, translated.
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "",
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverCreation:fraction:
   *
   * How much of it is done, from 0 to 1; negative when that is not known.
   */
  properties[PROP_FRACTION] =
    g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_creation_init (DroverCreation *self)
{
  self->text = g_strdup ("");
  self->fraction = -1;
  self->steps = g_new0 (char *, 1);
  self->notices = g_new0 (char *, 1);
}

/**
 * drover_creation_new:
 * @library: where the machine goes
 * @downloads: what it is made from comes from there and, where allowed, through there
 * @template: the recipe
 * @choices: (nullable): what the user chose; %NULL for what the template says
 *
 * Returns: (transfer full): what makes one machine
 */
DroverCreation *
drover_creation_new (DroverLibrary *library, DroverDownloads *downloads, DroverTemplate *template,
                     const DroverCreationChoices *choices)
{
  DroverCreation *self;

  g_return_val_if_fail (DROVER_IS_LIBRARY (library) && DROVER_IS_DOWNLOADS (downloads), NULL);
  g_return_val_if_fail (template != NULL, NULL);

  self = g_object_new (DROVER_TYPE_CREATION, NULL);
  self->library = g_object_ref (library);
  self->downloads = g_object_ref (downloads);
  self->template = drover_template_ref (template);
  self->choices = choices != NULL ? drover_creation_choices_copy (choices)
                                  : drover_creation_choices_new ();
  return self;
}

void
_drover_creation_set_progress (DroverCreation *self, const char *text, double fraction)
{
  fraction = CLAMP (fraction, -1, 1);
  if (text != NULL && g_set_str (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
  if (!G_APPROX_VALUE (fraction, self->fraction, 0.0001))
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
}

void
_drover_creation_add_step (DroverCreation *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_strv_builder_take (self->steps_builder, g_strdup_vprintf (format, args));
  va_end (args);
}

void
_drover_creation_add_notice (DroverCreation *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_strv_builder_take (self->notices_builder, g_strdup_vprintf (format, args));
  va_end (args);
}

/* Returns: FALSE when it was cancelled. */
gboolean
_drover_creation_check_going (DroverCreation *self, GError **error)
{
  if (!g_cancellable_is_cancelled (self->cancellable))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The machine was not made: cancelled"));
  return FALSE;
}

static gboolean
prepare (DroverCreation *self, GError **error)
{
  return _drover_creation_look_at_host (self, error) &&
         _drover_creation_check_choices (self, error) &&
         _drover_creation_find_media (self, error) &&
         _drover_creation_check_going (self, error) &&
         _drover_creation_make_document (self, error) && _drover_creation_list_files (self);
}

static DroverMachine *
make (DroverCreation *self, GError **error)
{
  DroverMachine *machine = NULL;

  self->folder = drover_library_prepare (self->library, error);
  if (self->folder == NULL)
    return NULL;

  if (_drover_creation_make_files (self, error) && _drover_creation_check_going (self, error))
    machine = drover_library_publish (self->library, self->folder, self->document, error);
  if (machine == NULL)
    drover_library_discard (self->library, self->folder);
  return machine;
}

static void
begin (DroverCreation *self)
{
  forget_findings (self);
  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->steps_builder, g_strv_builder_unref);
  g_clear_pointer (&self->notices_builder, g_strv_builder_unref);
  self->steps_builder = g_strv_builder_new ();
  self->notices_builder = g_strv_builder_new ();
}

static void
end (DroverCreation *self)
{
  g_strfreev (self->steps);
  self->steps = g_strv_builder_end (self->steps_builder);
  g_strfreev (self->notices);
  self->notices = g_strv_builder_end (self->notices_builder);
  g_clear_object (&self->cancellable);
}

static DexFuture *
run_fiber (gpointer user_data)
{
  DroverCreation *self = user_data;
  g_autoptr (GError) error = NULL;
  DroverMachine *machine = NULL;

  begin (self);
  if (prepare (self, &error) && !self->dry)
    machine = make (self, &error);
  end (self);

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (self->dry)
    return dex_future_new_true ();
  _drover_creation_set_progress (self, _("Done"), 1);
  return dex_future_new_for_object (machine);
}

static DexFuture *
start (DroverCreation *self, gboolean dry)
{
  if (self->cancellable != NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is already being made"));

  self->cancellable = g_cancellable_new ();
  self->dry = dry;
  return drover_dex_spawn_with_stack (run_fiber, g_object_ref (self), g_object_unref,
                                      FIBER_STACK_SIZE);
}

/**
 * drover_creation_plan:
 *
 * Finds out what drover_creation_run() would make, and checks all that can be checked without
 * making or downloading anything. Then drover_creation_get_document(),
 * drover_creation_get_steps() and drover_creation_get_notices() tell it.
 *
 * Returns: (transfer full): a future of %TRUE; rejected as drover_creation_run()
 */
DexFuture *
drover_creation_plan (DroverCreation *self)
{
  dex_return_error_if_fail (DROVER_IS_CREATION (self));
  return start (self, TRUE);
}

/**
 * drover_creation_run:
 *
 * Makes the machine: gets its media, makes its disk and what else is in its folder, and saves it
 * last. On failure, and when it is cancelled, nothing half made is left; downloads that are
 * through stay in the library of media.
 *
 * Returns: (transfer full): a future of the #DroverMachine. It is rejected with a sentence that
 *   says what stands in the way: %DROVER_ERROR_ARGUMENT for a choice, %DROVER_ERROR_PROGRAM_MISSING
 *   for QEMU or a firmware, errors of GIO for files, those of #DroverDownloadItem
 */
DexFuture *
drover_creation_run (DroverCreation *self)
{
  dex_return_error_if_fail (DROVER_IS_CREATION (self));
  return start (self, FALSE);
}

/**
 * drover_creation_cancel:
 *
 * Gives it up: the future is rejected with %G_IO_ERROR_CANCELLED, soon.
 */
void
drover_creation_cancel (DroverCreation *self)
{
  g_return_if_fail (DROVER_IS_CREATION (self));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/**
 * drover_creation_get_text:
 *
 * Returns: what is being done, translated
 */
const char *
drover_creation_get_text (DroverCreation *self)
{
  g_return_val_if_fail (DROVER_IS_CREATION (self), NULL);
  return self->text;
}

/**
 * drover_creation_get_fraction:
 *
 * Returns: how much of it is done, from 0 to 1; negative when that is not known
 */
double
drover_creation_get_fraction (DroverCreation *self)
{
  g_return_val_if_fail (DROVER_IS_CREATION (self), -1);
  return self->fraction;
}

/**
 * drover_creation_get_document:
 *
 * Returns: (transfer none) (nullable): what machine.json says, or would say
 */
DroverDocument *
drover_creation_get_document (DroverCreation *self)
{
  g_return_val_if_fail (DROVER_IS_CREATION (self), NULL);
  return self->document;
}

/**
 * drover_creation_get_steps:
 *
 * Returns: what is downloaded and made, one translated sentence each
 */
const char *const *
drover_creation_get_steps (DroverCreation *self)
{
  g_return_val_if_fail (DROVER_IS_CREATION (self), NULL);
  return (const char *const *) self->steps;
}

/**
 * drover_creation_get_notices:
 *
 * Returns: what the user should know of it: what is slow, missing or other than chosen
 */
const char *const *
drover_creation_get_notices (DroverCreation *self)
{
  g_return_val_if_fail (DROVER_IS_CREATION (self), NULL);
  return (const char *const *) self->notices;
}
