/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-creation.h"

G_DEFINE_BOXED_TYPE (DroverCreationChoices, drover_creation_choices, drover_creation_choices_copy,
                     drover_creation_choices_free)

static GHashTable *
media_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * drover_creation_choices_new:
 *
 * Returns: (transfer full): what the template says by itself, with a screen and with downloads,
 *   to be changed member by member
 */
DroverCreationChoices *
drover_creation_choices_new (void)
{
  DroverCreationChoices *self = g_new0 (DroverCreationChoices, 1);

  self->media = media_new ();
  self->download = TRUE;
  self->display = TRUE;
  self->start_again = TRUE;
  return self;
}

/**
 * drover_creation_choices_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverCreationChoices *
drover_creation_choices_copy (const DroverCreationChoices *self)
{
  DroverCreationChoices *copy = g_memdup2 (self, sizeof *self);
  GHashTableIter iter;
  gpointer id;
  gpointer path;

  copy->name = g_strdup (self->name);
  copy->architecture = g_strdup (self->architecture);
  copy->program = g_strdup (self->program);
  copy->firmware = g_strdup (self->firmware);
  copy->debian_site = g_strdup (self->debian_site);
  copy->answers = self->answers != NULL ? drover_unattended_copy (self->answers) : NULL;
  copy->media = media_new ();
  if (self->media != NULL)
    {
      g_hash_table_iter_init (&iter, self->media);
      while (g_hash_table_iter_next (&iter, &id, &path))
        g_hash_table_insert (copy->media, g_strdup (id), g_strdup (path));
    }

  return copy;
}

/**
 * drover_creation_choices_free:
 * @self: (transfer full): what to free
 */
void
drover_creation_choices_free (DroverCreationChoices *self)
{
  g_free (self->name);
  g_free (self->architecture);
  g_free (self->program);
  g_free (self->firmware);
  g_free (self->debian_site);
  g_clear_pointer (&self->answers, drover_unattended_free);
  g_clear_pointer (&self->media, g_hash_table_unref);
  g_free (self);
}
