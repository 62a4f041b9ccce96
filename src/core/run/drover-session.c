/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-dex.h"
#include "drover-install.h"
#include "drover-paths.h"
#include "drover-run-record.h"
#include "drover-session.h"

/* All machines of a library with what runs of them: a #GListModel of #DroverRun, one a
 * machine, in the library's order. It adopts whatever QEMU is found running, at once and
 * whenever another program, such as droverctl, starts one. */
struct _DroverSession
{
  GObject parent_instance;

  DroverLibrary *library;
  char *qmp_socket;
  GPtrArray *runs;
  GHashTable *monitors; /* DroverRun → GFileMonitor of its runtime folder */
};

static GType
drover_session_get_item_type (GListModel *model)
{
  return DROVER_TYPE_RUN;
}

static guint
drover_session_get_n_items (GListModel *model)
{
  return DROVER_SESSION (model)->runs->len;
}

static gpointer
drover_session_get_item (GListModel *model, guint position)
{
  DroverSession *self = DROVER_SESSION (model);

  return position < self->runs->len ? g_object_ref (self->runs->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = drover_session_get_item_type;
  iface->get_n_items = drover_session_get_n_items;
  iface->get_item = drover_session_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DroverSession, drover_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
runtime_dir_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                        DroverRun *run)
{
  g_autofree char *name = g_file_get_basename (other != NULL ? other : file);

  g_assert (DROVER_IS_RUN (run));

  /* The record is renamed into place, so it is whole when it is seen. */
  if ((g_str_equal (name, DROVER_RUN_RECORD_FILE) || g_str_equal (name, DROVER_RUN_NOTE_FILE)) &&
      event != G_FILE_MONITOR_EVENT_DELETED &&
      drover_run_is_off (run))
    drover_dex_forget (drover_run_attach (run));
}

static void
drop_monitor (gpointer data)
{
  GFileMonitor *monitor = data;

  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

static void
watch (DroverSession *self, DroverRun *run)
{
  g_autofree char *path = drover_run_dup_runtime_dir (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;
  GFileMonitor *monitor;

  /* A broken machine has no identity by which to find it. */
  if (path == NULL)
    return;

  if (!drover_paths_make_private_dir (path, &error))
    {
      g_warning ("%s", error->message);
      return;
    }

  file = g_file_new_for_path (path);
  monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (monitor == NULL)
    {
      g_warning ("Cannot watch %s: %s", path, error->message);
      return;
    }

  g_signal_connect_object (monitor, "changed", G_CALLBACK (runtime_dir_changed_cb), run,
                           G_CONNECT_DEFAULT);
  g_hash_table_insert (self->monitors, run, monitor);
}

/* A file that was broken and is mended has an identity again. */
static void
document_changed_cb (DroverMachine *machine, GParamSpec *pspec, DroverSession *self)
{
  DroverRun *run = drover_session_get_run (self, machine);

  g_assert (DROVER_IS_SESSION (self));

  if (run != NULL && drover_run_is_off (run))
    {
      g_hash_table_remove (self->monitors, run);
      watch (self, run);
      drover_dex_forget (drover_run_attach (run));
    }
}

static DexFuture *
attached_cb (DexFuture *future, gpointer user_data)
{
  return drover_install_settle (drover_install_get_for_run (user_data));
}

static DroverRun *
take_or_make_run (DroverSession *self, GPtrArray *old, DroverMachine *machine)
{
  DroverRun *run;

  /* A machine that only moved in the list keeps its run, and whatever runs. */
  for (guint i = 0; i < old->len; i++)
    if (drover_run_get_machine (old->pdata[i]) == machine)
      return g_object_ref (old->pdata[i]);

  run = drover_run_new (machine, self->qmp_socket);
  g_signal_connect_object (machine, "notify::document", G_CALLBACK (document_changed_cb), self,
                           G_CONNECT_DEFAULT);
  watch (self, run);
  drover_dex_forget (
    dex_future_finally (drover_run_attach (run), attached_cb, g_object_ref (run), g_object_unref));
  return run;
}

static void
forget_run (DroverSession *self, DroverRun *run)
{
  g_hash_table_remove (self->monitors, run);
  g_signal_handlers_disconnect_by_func (drover_run_get_machine (run), document_changed_cb, self);
}

static void
library_changed_cb (GListModel *library, guint position, guint removed, guint added,
                    DroverSession *self)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->runs);

  g_assert (DROVER_IS_SESSION (self));

  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (library); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (library, i);

      g_ptr_array_add (self->runs, take_or_make_run (self, old, machine));
    }

  for (guint i = 0; i < old->len; i++)
    if (!g_ptr_array_find (self->runs, old->pdata[i], NULL))
      forget_run (self, old->pdata[i]);

  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
drover_session_dispose (GObject *object)
{
  DroverSession *self = DROVER_SESSION (object);

  for (guint i = 0; self->runs != NULL && i < self->runs->len; i++)
    forget_run (self, self->runs->pdata[i]);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (drover_session_parent_class)->dispose (object);
}

static void
drover_session_finalize (GObject *object)
{
  DroverSession *self = DROVER_SESSION (object);

  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_clear_pointer (&self->monitors, g_hash_table_unref);
  g_clear_pointer (&self->qmp_socket, g_free);

  G_OBJECT_CLASS (drover_session_parent_class)->finalize (object);
}

static void
drover_session_class_init (DroverSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_session_dispose;
  object_class->finalize = drover_session_finalize;
}

static void
drover_session_init (DroverSession *self)
{
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  self->monitors = g_hash_table_new_full (NULL, NULL, NULL, drop_monitor);
}

/**
 * drover_session_new:
 * @library: the user's machines
 * @qmp_socket: see drover_run_new()
 *
 * Returns: (transfer full): the session; guests that run are being adopted
 */
DroverSession *
drover_session_new (DroverLibrary *library, const char *qmp_socket)
{
  DroverSession *self = g_object_new (DROVER_TYPE_SESSION, NULL);

  self->library = g_object_ref (library);
  self->qmp_socket = g_strdup (qmp_socket);
  g_signal_connect (library, "items-changed", G_CALLBACK (library_changed_cb), self);
  library_changed_cb (G_LIST_MODEL (library), 0, 0,
                      g_list_model_get_n_items (G_LIST_MODEL (library)), self);
  return self;
}

/**
 * drover_session_get_library:
 *
 * Returns: (transfer none): the machines
 */
DroverLibrary *
drover_session_get_library (DroverSession *self)
{
  g_return_val_if_fail (DROVER_IS_SESSION (self), NULL);
  return self->library;
}

/**
 * drover_session_get_run:
 * @machine: a machine of the library
 *
 * Returns: (transfer none) (nullable): its run
 */
DroverRun *
drover_session_get_run (DroverSession *self, DroverMachine *machine)
{
  g_return_val_if_fail (DROVER_IS_SESSION (self), NULL);

  for (guint i = 0; i < self->runs->len; i++)
    if (drover_run_get_machine (self->runs->pdata[i]) == machine)
      return self->runs->pdata[i];

  return NULL;
}
