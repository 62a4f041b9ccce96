/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-catalogue.h"
#include "drover-program.h"
#include "drover-run-private.h"

/* Where a graphical guest is seen whose arguments do not say it: in QEMU's own window for now.
 * QEMU's own choice without a window would be a VNC server, of which nobody is told. */

static gboolean
has_display_server (void)
{
#ifdef __APPLE__
  return TRUE;
#else
  const char *wayland = g_getenv ("WAYLAND_DISPLAY");
  const char *x11 = g_getenv ("DISPLAY");

  return (wayland != NULL && *wayland != '\0') || (x11 != NULL && *x11 != '\0');
#endif
}

static const char *
find_window (DroverCatalogue *catalogue)
{
#ifdef __APPLE__
  static const char *const windows[] = { "cocoa", "gtk", "sdl" };
#else
  static const char *const windows[] = { "gtk", "sdl" };
#endif
  g_autoptr (GArray) backends = drover_catalogue_list_backends (catalogue, "display");

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    for (guint j = 0; j < backends->len; j++)
      if (g_str_equal (g_array_index (backends, DroverSuggestion, j).value, windows[i]))
        return windows[i];

  return NULL;
}

static DexFuture *
catalogue_cb (DexFuture *future, gpointer user_data)
{
  DroverRun *self = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  const char *window;

  /* What cannot be asked shows itself when it is started. */
  if (value == NULL)
    return dex_future_new_true ();

  window = find_window (g_value_get_object (value));
  g_set_str (&self->launch_display, window != NULL ? window : "none");
  if (window == NULL)
    g_set_str (&self->display_notice, 
      _("This QEMU has no window of its own, so the guest’s screen is not shown. Debian and "
        "Ubuntu have it in the package qemu-system-gui."));
  return dex_future_new_true ();
}

/* Finds out what to add, in launch_display. Returns: a future that is resolved then */
DexFuture *
_drover_run_choose_display (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *program = NULL;

  g_clear_pointer (&self->launch_display, g_free);
  g_clear_pointer (&self->display_notice, g_free);
  if (document == NULL || !drover_launch_plan_wants_display (document))
    return dex_future_new_true ();

  if (!has_display_server ())
    {
      g_set_str (&self->launch_display, "none");
      g_set_str (&self->display_notice, 
        _("There is no display here, as over SSH, so the guest’s screen is not shown. With "
          "“-vnc :0” in its arguments it can be seen from elsewhere."));
      return dex_future_new_true ();
    }

  program = drover_program_resolve (drover_document_get_program (document),
                                    drover_machine_get_directory (self->machine));
  return dex_future_finally (drover_catalogue_load (program), catalogue_cb, g_object_ref (self),
                             g_object_unref);
}

/**
 * drover_run_has_window:
 *
 * Returns: whether QEMU shows the guest's screen in a window of its own
 */
gboolean
drover_run_has_window (DroverRun *self)
{
  static const char *const windows[] = { "gtk", "sdl", "cocoa", "default" };
  gboolean found = FALSE;

  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);

  for (guint i = 0; self->record != NULL && self->record->argv[i] != NULL; i++)
    if (g_str_has_suffix (self->record->argv[i], "-display") && self->record->argv[i + 1] != NULL)
      {
        g_auto (GStrv) words = g_strsplit (self->record->argv[i + 1], ",", 2);

        found = FALSE;
        for (guint j = 0; j < G_N_ELEMENTS (windows); j++)
          found = found || g_strcmp0 (words[0], windows[j]) == 0;
      }

  return found;
}
