/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-arguments.h"
#include "drover-image-look.h"
#include "drover-options-file.h"
#include "drover-thread.h"

/* Whether somebody has what a machine is about to open, found out beside the main loop: headers of
 * images are read, which may lie on a slow disk or on one that does not answer. */
struct _DroverImageLook
{
  GObject parent_instance;

  GPtrArray *arguments;
  char *directory;
  DroverImageHolder *holder; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (DroverImageLook, drover_image_look, G_TYPE_OBJECT)

static void
drover_image_look_finalize (GObject *object)
{
  DroverImageLook *self = DROVER_IMAGE_LOOK (object);

  g_ptr_array_unref (self->arguments);
  g_free (self->directory);
  g_clear_pointer (&self->holder, drover_image_holder_free);

  G_OBJECT_CLASS (drover_image_look_parent_class)->finalize (object);
}

static void
drover_image_look_class_init (DroverImageLookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_image_look_finalize;
}

static void
drover_image_look_init (DroverImageLook *self)
{
}

static gboolean
look_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverImageLook *self = object;
  g_autoptr (GPtrArray) arguments =
    drover_arguments_with_files (self->arguments, self->directory);
  g_autoptr (GPtrArray) uses = drover_image_uses_list (arguments, self->directory);

  self->holder = drover_image_uses_find_holder (uses);
  return TRUE;
}

static DexFuture *
return_look_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_for_object (user_data);
}

/**
 * drover_image_look:
 * @arguments: (element-type DroverArgument): a machine's
 * @directory: where QEMU is started
 *
 * Looks who has an image of that machine in a way that does not go together, in a thread.
 *
 * Returns: (transfer full): a future of a #DroverImageLook
 */
DexFuture *
drover_image_look (GPtrArray *arguments, const char *directory)
{
  g_autoptr (DroverImageLook) self = g_object_new (DROVER_TYPE_IMAGE_LOOK, NULL);

  self->arguments = drover_arguments_copy (arguments);
  self->directory = g_strdup (directory);
  return dex_future_then (drover_thread_run (self, look_in_thread, NULL), return_look_cb,
                          g_object_ref (self), g_object_unref);
}

/**
 * drover_image_look_steal_holder:
 *
 * Returns: (transfer full) (nullable): who it is
 */
DroverImageHolder *
drover_image_look_steal_holder (DroverImageLook *self)
{
  g_return_val_if_fail (DROVER_IS_IMAGE_LOOK (self), NULL);
  return g_steal_pointer (&self->holder);
}
