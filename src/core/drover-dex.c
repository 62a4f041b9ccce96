/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-dex.h"

/**
 * drover_dex_spawn:
 * @func: a fiber
 * @data: (transfer full): what it gets
 *
 * Starts a fiber that goes to its end, whether anybody waits for it or not: what is begun
 * with a machine is not left half done. (libdex 0.10 can also spin for ever on a fiber whose
 * future was dropped while it waited.)
 *
 * Returns: (transfer full): a future of what the fiber's is
 */
DexFuture *
drover_dex_spawn (DexFiberFunc func, gpointer data, GDestroyNotify data_free)
{
  return drover_dex_spawn_with_stack (func, data, data_free, 0);
}

/**
 * drover_dex_spawn_with_stack:
 * @stack_size: bytes; 0 for what libdex finds enough
 *
 * drover_dex_spawn() for a fiber that goes deep, as into TLS.
 *
 * Returns: (transfer full): a future of what the fiber's is
 */
DexFuture *
drover_dex_spawn_with_stack (DexFiberFunc func, gpointer data, GDestroyNotify data_free,
                             gsize stack_size)
{
  DexFuture *fiber = dex_scheduler_spawn (NULL, stack_size, func, data, data_free);

  dex_future_disown (dex_ref (fiber));
  return fiber;
}

/**
 * drover_dex_sleep:
 * @msec: milliseconds
 *
 * Lets other work go on for a while. Only for fibers.
 *
 * Returns: %FALSE when nobody waits for this fiber any more, so that it must end
 */
gboolean
drover_dex_sleep (guint msec)
{
  g_autoptr (GError) error = NULL;

  dex_await (dex_timeout_new_msec (msec), &error);
  return g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);
}

static DexFuture *
log_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  g_debug ("nobody waited for this: %s", error->message);
  return dex_future_new_true ();
}

/**
 * drover_dex_forget:
 * @future: (transfer full): work whose end nobody waits for
 *
 * Lets @future go on; an error goes to the debug log. Dropping its last reference instead
 * would cancel it.
 */
void
drover_dex_forget (DexFuture *future)
{
  dex_future_disown (dex_future_catch (future, log_cb, NULL, NULL));
}
