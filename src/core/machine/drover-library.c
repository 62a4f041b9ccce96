/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-library.h"
#include "drover-machine-private.h"
#include "drover-nursery.h"
#include "drover-own-files.h"

#define LONGEST_SLUG 60

/* The user's machines: a #GListModel of #DroverMachine, sorted by name, that follows the
 * folder on disk, so that what droverctl makes appears in the window and the other way. */
struct _DroverLibrary
{
  GObject parent_instance;

  char *folder;
  GPtrArray *machines;
  GFileMonitor *monitor;
  GHashTable *monitors; /* slug → GFileMonitor of the folder, also one without a machine yet */
  DroverNursery *nursery;
};

static GType
drover_library_get_item_type (GListModel *model)
{
  return DROVER_TYPE_MACHINE;
}

static guint
drover_library_get_n_items (GListModel *model)
{
  return DROVER_LIBRARY (model)->machines->len;
}

static gpointer
drover_library_get_item (GListModel *model, guint position)
{
  DroverLibrary *self = DROVER_LIBRARY (model);

  return position < self->machines->len ? g_object_ref (self->machines->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = drover_library_get_item_type;
  iface->get_n_items = drover_library_get_n_items;
  iface->get_item = drover_library_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DroverLibrary, drover_library, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static int
compare (DroverMachine *a, DroverMachine *b)
{
  g_autofree char *key_a = g_utf8_collate_key_for_filename (drover_machine_get_name (a), -1);
  g_autofree char *key_b = g_utf8_collate_key_for_filename (drover_machine_get_name (b), -1);
  int order = g_strcmp0 (key_a, key_b);

  return order != 0 ? order
                    : g_strcmp0 (drover_machine_get_slug (a), drover_machine_get_slug (b));
}

static DroverMachine *
find_by_slug (DroverLibrary *self, const char *slug, guint *position)
{
  for (guint i = 0; i < self->machines->len; i++)
    if (g_str_equal (drover_machine_get_slug (self->machines->pdata[i]), slug))
      {
        if (position != NULL)
          *position = i;
        return self->machines->pdata[i];
      }

  return NULL;
}

static void
insert_sorted (DroverLibrary *self, DroverMachine *machine)
{
  guint position = 0;

  while (position < self->machines->len && compare (self->machines->pdata[position], machine) < 0)
    position++;

  g_ptr_array_insert (self->machines, position, machine);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static void
remove_at (DroverLibrary *self, guint position)
{
  g_autoptr (DroverMachine) machine = g_object_ref (self->machines->pdata[position]);

  g_ptr_array_remove_index (self->machines, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static guint
sorted_place (DroverLibrary *self, DroverMachine *machine)
{
  guint place = 0;

  for (guint i = 0; i < self->machines->len; i++)
    if (self->machines->pdata[i] != machine && compare (self->machines->pdata[i], machine) < 0)
      place++;

  return place;
}

/* A new name may mean a new place. That is told as one change of the stretch between, so
 * that nobody sees the machine gone, not even for a moment: a selection survives. */
static void
move (DroverLibrary *self, DroverMachine *machine)
{
  guint from;
  guint to;

  if (!find_by_slug (self, drover_machine_get_slug (machine), &from))
    return;

  to = sorted_place (self, machine);
  if (to == from)
    return;

  g_ptr_array_insert (self->machines, to, g_ptr_array_steal_index (self->machines, from));
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (from, to), ABS ((int) from - (int) to) + 1,
                              ABS ((int) from - (int) to) + 1);
}

/* Of the machines that have one uuid the first by its folder's name is the one that counts: every
 * program comes to the same answer, and renaming a machine does not change it. */
static GHashTable *
first_of_each_uuid (DroverLibrary *self, DroverMachine *newcomer)
{
  GHashTable *first = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i <= self->machines->len; i++)
    {
      DroverMachine *machine = i < self->machines->len ? self->machines->pdata[i] : newcomer;
      const char *uuid = machine != NULL ? _drover_machine_get_uuid (machine) : NULL;
      DroverMachine *other = uuid != NULL ? g_hash_table_lookup (first, uuid) : NULL;

      if (uuid != NULL && (other == NULL || strcmp (drover_machine_get_slug (machine),
                                                    drover_machine_get_slug (other)) < 0))
        g_hash_table_insert (first, g_strdup (uuid), machine);
    }

  return first;
}

static gboolean
settle_twin (DroverMachine *machine, GHashTable *first)
{
  const char *uuid = _drover_machine_get_uuid (machine);
  DroverMachine *twin = uuid != NULL ? g_hash_table_lookup (first, uuid) : NULL;

  return _drover_machine_set_twin (
    machine, twin != NULL && twin != machine ? drover_machine_get_slug (twin) : NULL);
}

static void
settle_twins (DroverLibrary *self)
{
  g_autoptr (GHashTable) first = first_of_each_uuid (self, NULL);
  g_autoptr (GPtrArray) machines =
    g_ptr_array_copy (self->machines, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  g_ptr_array_set_free_func (machines, g_object_unref);
  for (guint i = 0; i < machines->len; i++)
    if (settle_twin (machines->pdata[i], first))
      move (self, machines->pdata[i]);
}

static void
insert_new (DroverLibrary *self, DroverMachine *machine)
{
  g_autoptr (GHashTable) first = first_of_each_uuid (self, machine);

  settle_twin (machine, first);
  insert_sorted (self, machine);
  settle_twins (self);
}

static void
reload (DroverLibrary *self, DroverMachine *machine)
{
  /* What this program wrote itself is no news to the machine, but may be to the order. */
  drover_machine_reload (machine);
  move (self, machine);
  settle_twins (self);
}

static gboolean
holds_machine (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);

  /* A dangling link or a folder of that name is a broken machine, not none. */
  return g_file_test (file, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

static void scan (DroverLibrary *self);

static void
machine_folder_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other,
                           GFileMonitorEvent event, DroverLibrary *self)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *slug = NULL;
  DroverMachine *machine;

  g_assert (DROVER_IS_LIBRARY (self));

  /* An event about the folder itself has the library's folder as parent; that one is
   * watched on its own. */
  if (folder == NULL)
    return;

  slug = g_file_get_basename (folder);
  machine = find_by_slug (self, slug, NULL);

  /* Others make the folder first and machine.json later, or remove that file alone. */
  if ((machine != NULL) != holds_machine (g_file_peek_path (folder)))
    scan (self);
  else if (machine != NULL)
    reload (self, machine);
}

static GFileMonitor *
watch (DroverLibrary *self, const char *folder, GCallback callback)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      /* The library still works; it only does not see what other programs change. */
      g_warning ("Cannot watch %s: %s", folder, error->message);
      return NULL;
    }

  g_signal_connect (monitor, "changed", callback, self);
  return monitor;
}

static void
drop_monitor (gpointer data)
{
  GFileMonitor *monitor = data;

  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

/* The monitor comes before the look, so that no change is missed in between. */
static void
watch_folder (DroverLibrary *self, const char *slug)
{
  g_autofree char *folder = g_build_filename (self->folder, slug, NULL);
  GFileMonitor *monitor = NULL;

  if (!g_hash_table_contains (self->monitors, slug) && g_file_test (folder, G_FILE_TEST_IS_DIR))
    monitor = watch (self, folder, G_CALLBACK (machine_folder_changed_cb));
  if (monitor != NULL)
    g_hash_table_insert (self->monitors, g_strdup (slug), monitor);
}

static void
forget_what_is_gone (DroverLibrary *self)
{
  GHashTableIter iter;
  gpointer slug;

  for (guint i = self->machines->len; i > 0; i--)
    if (!holds_machine (drover_machine_get_folder (self->machines->pdata[i - 1])))
      remove_at (self, i - 1);
  settle_twins (self);

  g_hash_table_iter_init (&iter, self->monitors);
  while (g_hash_table_iter_next (&iter, &slug, NULL))
    {
      g_autofree char *folder = g_build_filename (self->folder, slug, NULL);

      if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
        g_hash_table_iter_remove (&iter);
    }
}

/* A name with a dot in front is a machine that is just being made. */
static void
scan (DroverLibrary *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *slug;

  forget_what_is_gone (self);
  while (dir != NULL && (slug = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (self->folder, slug, NULL);

      if (slug[0] == '.')
        continue;
      watch_folder (self, slug);
      if (holds_machine (folder) && !find_by_slug (self, slug, NULL))
        insert_new (self, drover_machine_new (folder));
    }
}

static void
folder_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                   DroverLibrary *self)
{
  g_assert (DROVER_IS_LIBRARY (self));

  if (event != G_FILE_MONITOR_EVENT_CHANGED && event != G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT)
    scan (self);
}

static void
drover_library_dispose (GObject *object)
{
  DroverLibrary *self = DROVER_LIBRARY (object);

  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_pointer (&self->monitor, drop_monitor);

  if (self->monitors != NULL)
    {
      GHashTableIter iter;
      gpointer monitor;

      g_hash_table_iter_init (&iter, self->monitors);
      while (g_hash_table_iter_next (&iter, NULL, &monitor))
        g_signal_handlers_disconnect_by_data (monitor, self);
    }
  g_clear_pointer (&self->monitors, g_hash_table_unref);

  G_OBJECT_CLASS (drover_library_parent_class)->dispose (object);
}

static void
drover_library_finalize (GObject *object)
{
  DroverLibrary *self = DROVER_LIBRARY (object);

  g_clear_pointer (&self->machines, g_ptr_array_unref);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->nursery, drover_nursery_free);

  G_OBJECT_CLASS (drover_library_parent_class)->finalize (object);
}

static void
drover_library_class_init (DroverLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_library_dispose;
  object_class->finalize = drover_library_finalize;
}

static void
drover_library_init (DroverLibrary *self)
{
  self->machines = g_ptr_array_new_with_free_func (g_object_unref);
  self->monitors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, drop_monitor);
}

/**
 * drover_library_new:
 * @folder: the library's folder, see drover_paths_dup_machines_dir(); made when missing
 *
 * Returns: (transfer full): the library, with its machines read
 */
DroverLibrary *
drover_library_new (const char *folder)
{
  DroverLibrary *self = g_object_new (DROVER_TYPE_LIBRARY, NULL);

  self->folder = g_strdup (folder);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_warning ("Cannot make %s: %s", folder, g_strerror (errno));
  self->nursery = drover_nursery_new (folder);
  self->monitor = watch (self, folder, G_CALLBACK (folder_changed_cb));
  scan (self);
  return self;
}

/**
 * drover_library_find:
 * @name: a slug, a uuid, or the exact name of one machine
 * @error: set to %DROVER_ERROR_NO_SUCH_MACHINE, also when a name is not unique
 *
 * Returns: (transfer none) (nullable): the machine
 */
DroverMachine *
drover_library_find (DroverLibrary *self, const char *name, GError **error)
{
  DroverMachine *found = find_by_slug (self, name, NULL);
  guint n_found = 0;

  if (found != NULL)
    return found;

  for (guint i = 0; i < self->machines->len; i++)
    {
      DroverMachine *machine = self->machines->pdata[i];
      DroverDocument *document = drover_machine_get_document (machine);

      if (document != NULL && g_str_equal (drover_document_get_uuid (document), name))
        return machine;
      if (g_str_equal (drover_machine_get_name (machine), name))
        {
          found = machine;
          n_found++;
        }
    }

  if (n_found == 1)
    return found;

  if (n_found > 1)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_MACHINE,
                 _("%u machines are called “%s”: use the folder’s name"), n_found, name);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_MACHINE,
                 _("There is no machine “%s”"), name);
  return NULL;
}

static gboolean
has_name (DroverLibrary *self, const char *name)
{
  for (guint i = 0; i < self->machines->len; i++)
    if (g_str_equal (drover_machine_get_name (self->machines->pdata[i]), name))
      return TRUE;

  return FALSE;
}

/**
 * drover_library_dup_free_name:
 * @name: a name for a new machine
 *
 * Returns: (transfer full): @name, with a number where there is such a machine already
 */
char *
drover_library_dup_free_name (DroverLibrary *self, const char *name)
{
  char *numbered = g_strdup (name);

  for (guint n = 2; has_name (self, numbered); n++)
    {
      g_free (numbered);
      numbered = g_strdup_printf ("%s %u", name, n);
    }

  return numbered;
}

/**
 * drover_slug_from_name:
 * @name: any name
 *
 * Returns: (transfer full): a folder name of lower case letters, digits and dashes
 */
char *
drover_slug_from_name (const char *name)
{
  g_autofree char *ascii = g_str_to_ascii (name, "C");
  GString *slug = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0' && slug->len < LONGEST_SLUG; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (slug, g_ascii_tolower (*p));
    else if (slug->len > 0 && slug->str[slug->len - 1] != '-' && *p != '?')
      g_string_append_c (slug, '-');

  while (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  if (slug->len == 0)
    g_string_append (slug, "machine");

  return g_string_free_and_steal (slug);
}

/* The folder is filled under a hidden name and renamed when whole: nobody, another Drover
 * included, ever sees half a machine. rename() refuses a target that holds anything. */
static char *
publish_folder (DroverLibrary *self, const char *hidden, const char *slug, GError **error)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *numbered = n == 1 ? g_strdup (slug) : g_strdup_printf ("%s-%u", slug, n);
      g_autofree char *folder = g_build_filename (self->folder, numbered, NULL);

      if (!g_file_test (folder, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK) &&
          g_rename (hidden, folder) == 0)
        return g_steal_pointer (&folder);

      if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR &&
          !g_file_test (folder, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        {
          drover_set_errno_error (error, _("Cannot make %s"), folder);
          return NULL;
        }
    }
}

/**
 * drover_library_prepare:
 * @error: set when it cannot be made
 *
 * Makes the folder of a machine to be, hidden from everyone, for its files. It is locked until it
 * is published or discarded, so that no Drover takes it for one that was left behind.
 *
 * Returns: (transfer full) (nullable): its path, for drover_library_publish() or
 *   drover_library_discard()
 */
char *
drover_library_prepare (DroverLibrary *self, GError **error)
{
  g_return_val_if_fail (DROVER_IS_LIBRARY (self), NULL);
  return drover_nursery_make (self->nursery, error);
}

/**
 * drover_library_discard:
 * @hidden: what drover_library_prepare() made
 *
 * Removes a folder that becomes no machine, with all that is in it.
 */
void
drover_library_discard (DroverLibrary *self, const char *hidden)
{
  g_return_if_fail (DROVER_IS_LIBRARY (self));
  drover_nursery_discard (self->nursery, hidden);
}

static GStrv
list_folder (const char *folder)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_strv_builder_add (builder, name);

  return g_strv_builder_end (builder);
}

/* What Drover made goes with the machine when that is deleted. */
static DroverDocument *
record_files (DroverDocument *document, const char *folder)
{
  g_auto (GStrv) files = list_folder (folder);

  return drover_own_files_set (document, (const char *const *) files);
}

/**
 * drover_library_publish:
 * @hidden: what drover_library_prepare() made, with the machine's files in it
 * @document: what its machine.json is to say
 * @error: set when it cannot be written; @hidden is left then
 *
 * Makes a machine of a folder that was filled. Nobody ever sees half of it. machine.json says
 * which files it began with, in `files`.
 *
 * Returns: (transfer none) (nullable): the new machine, in a folder named after it
 */
DroverMachine *
drover_library_publish (DroverLibrary *self, const char *hidden, DroverDocument *document,
                        GError **error)
{
  g_autofree char *slug = drover_slug_from_name (drover_document_get_name (document));
  g_autofree char *file = g_build_filename (hidden, "machine.json", NULL);
  g_autoptr (DroverDocument) recorded = record_files (document, hidden);
  g_autofree char *text = drover_document_to_text (recorded);
  g_autofree char *folder = NULL;

  if (!g_file_set_contents_full (file, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0600, error))
    return NULL;
  folder = publish_folder (self, hidden, slug, error);
  if (folder == NULL)
    return NULL;

  drover_nursery_release (self->nursery, hidden);
  /* The folder's monitor may have come first. */
  slug = (g_free (slug), g_path_get_basename (folder));
  if (find_by_slug (self, slug, NULL) == NULL)
    {
      watch_folder (self, slug);
      insert_new (self, drover_machine_new (folder));
    }
  return find_by_slug (self, slug, NULL);
}

/**
 * drover_library_create:
 * @document: what its machine.json is to say
 * @error: set when it cannot be written; nothing half made is left then
 *
 * Returns: (transfer none) (nullable): the new machine, in a folder named after it
 */
DroverMachine *
drover_library_create (DroverLibrary *self, DroverDocument *document, GError **error)
{
  g_autofree char *hidden = drover_library_prepare (self, error);
  DroverMachine *machine;

  if (hidden == NULL)
    return NULL;

  machine = drover_library_publish (self, hidden, document, error);
  if (machine == NULL)
    drover_library_discard (self, hidden);
  return machine;
}

/**
 * drover_library_delete:
 * @machine: a machine that is off; broken ones are refused
 * @left_behind: (out) (transfer full): names of the files that stayed because Drover did
 *   not make them; empty when the folder is gone
 * @error: set when machine.json cannot be removed
 *
 * Removes the machine, but of its folder only what Drover put there.
 *
 * Returns: whether the machine is gone
 */
gboolean
drover_library_delete (DroverLibrary *self, DroverMachine *machine, GStrv *left_behind,
                       GError **error)
{
  const char *folder = drover_machine_get_folder (machine);
  const char *file = drover_machine_get_file (machine);
  g_autofree char *backup = g_strconcat (file, ".bak", NULL);
  g_autoptr (DroverDocument) document = NULL;
  guint position;

  /* It may have been broken a moment ago. */
  drover_machine_reload (machine);
  if (drover_machine_get_error (machine) != NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s is broken and was left as it is: %s"), file,
                   drover_machine_get_error (machine)->message);
      return FALSE;
    }

  document = drover_document_ref (drover_machine_get_document (machine));
  if (g_unlink (file) != 0)
    return drover_set_errno_error (error, _("Cannot delete %s"), file);
  g_unlink (backup);
  drover_own_files_delete (document, folder);
  g_rmdir (folder);
  *left_behind = list_folder (folder);

  if (find_by_slug (self, drover_machine_get_slug (machine), &position) != NULL)
    remove_at (self, position);
  settle_twins (self);
  return TRUE;
}
