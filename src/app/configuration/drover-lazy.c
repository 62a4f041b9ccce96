/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-lazy.h"

/* Long lists are made piece by piece: what fits on the screen at once, the rest between the
 * pictures that follow. */

#define BUDGET_USEC 6000

typedef struct
{
  DroverLazyStep step;
  guint tick;
  gboolean seen; /* the first picture is on its way without the rest */
} Lazy;

static Lazy *
get (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "drover-lazy");
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  gint64 end = g_get_monotonic_time () + BUDGET_USEC;
  Lazy *lazy = get (widget);
  gboolean more = TRUE;

  if (!lazy->seen)
    {
      lazy->seen = TRUE;
      return G_SOURCE_CONTINUE;
    }

  while (more && g_get_monotonic_time () < end)
    more = lazy->step (widget);
  if (more)
    return G_SOURCE_CONTINUE;

  lazy->tick = 0;
  return G_SOURCE_REMOVE;
}

/**
 * drover_lazy_start:
 * @step: makes one more piece; returns whether there is more to make
 *
 * Calls @step between pictures until all is made. When it has begun already, nothing changes.
 */
void
drover_lazy_start (GtkWidget *widget, DroverLazyStep step)
{
  Lazy *lazy = get (widget);

  if (lazy == NULL)
    {
      lazy = g_new0 (Lazy, 1);
      g_object_set_data_full (G_OBJECT (widget), "drover-lazy", lazy, g_free);
    }
  lazy->step = step;
  if (lazy->tick == 0)
    lazy->tick = gtk_widget_add_tick_callback (widget, tick_cb, NULL, NULL);
}

/**
 * drover_lazy_finish:
 *
 * Makes at once what is still to be made, for who looks for something in it.
 */
void
drover_lazy_finish (GtkWidget *widget)
{
  Lazy *lazy = get (widget);

  if (lazy == NULL || lazy->tick == 0)
    return;

  while (lazy->step (widget))
    ;
  gtk_widget_remove_tick_callback (widget, lazy->tick);
  lazy->tick = 0;
}
