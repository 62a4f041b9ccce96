/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-catalogue-board.h"
#include "drover-catalogue-private.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-paths.h"
#include "drover-thread.h"

/* A machine is made but never runs, so this is only for what hangs. */
#define LIMIT_MSEC 30000

/* What is known of one type of machine: one of the three. */
typedef struct
{
  GVariant *data;    /* of CATALOGUE_BOARD_TYPE */
  GError *error;     /* why it could not be made */
  DexFuture *future; /* it is being asked for */
} Board;

static void
board_free (gpointer data)
{
  Board *board = data;

  g_clear_pointer (&board->data, g_variant_unref);
  g_clear_error (&board->error);
  dex_clear (&board->future);
  g_free (board);
}

/* Asking */

static gboolean
is_plain_type (const char *type)
{
  return !g_str_has_prefix (type, "child<") && !g_str_has_prefix (type, "link<");
}

static JsonNode *
make_path (const char *property)
{
  JsonNode *node = _drover_catalogue_make_arguments ("path", "/machine", FALSE);

  if (property != NULL)
    json_object_set_string_member (json_node_get_object (node), "property", property);
  return node;
}

/* Not each property can be read, which is no error. */
static gboolean
add_value (DroverCatalogueChild *child, GVariantBuilder *builder, const char *name, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) value =
    _drover_catalogue_ask (child, "qom-get", make_path (name), &local_error);
  g_autofree char *text = value != NULL ? drover_json_to_text (value, FALSE) : NULL;

  if (text != NULL)
    g_variant_builder_add (builder, "(ss)", name, text);
  else if (!_drover_catalogue_is_refusal (local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}

static GVariant *
ask_values (DroverCatalogueChild *child, GError **error)
{
  g_autoptr (JsonNode) answer = _drover_catalogue_ask (child, "qom-list", make_path (NULL), error);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a(ss)"));
  JsonArray *array;

  if (answer == NULL)
    return NULL;

  array = JSON_NODE_HOLDS_ARRAY (answer) ? json_node_get_array (answer) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      const char *name =
        object != NULL ? json_object_get_string_member_with_default (object, "name", "") : "";

      if (*name != '\0' &&
          is_plain_type (json_object_get_string_member_with_default (object, "type", "link<")) &&
          !add_value (child, builder, name, error))
        return NULL;
    }

  return g_variant_ref_sink (g_variant_builder_end (builder));
}

/*
 * _drover_catalogue_parse_qtree:
 * @text: what `info qtree` prints
 *
 * Returns: (transfer floating): the buses in it, of type `a(sss)`: name, type and the device that
 *   has it
 */
GVariant *
_drover_catalogue_parse_qtree (const char *text)
{
  enum { DEEPEST = 100 };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const char *devices[DEEPEST] = { NULL }; /* by how far they are indented */
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; lines[i] != NULL; i++)
    g_strchomp (lines[i]);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const gsize indent = strspn (lines[i], " ");
      char *line = lines[i] + indent;
      const char *type = lines[i + 1] != NULL ? lines[i + 1] + strspn (lines[i + 1], " ") : "";

      if (indent >= DEEPEST)
        continue;
      if (g_str_has_prefix (line, "dev: "))
        {
          line[strcspn (line, ",")] = '\0';
          devices[indent] = line + strlen ("dev: ");
        }
      else if (g_str_has_prefix (line, "bus: ") && g_str_has_prefix (type, "type "))
        g_variant_builder_add (&builder, "(sss)", line + strlen ("bus: "),
                               type + strlen ("type "),
                               indent >= 2 && devices[indent - 2] != NULL ? devices[indent - 2]
                                                                          : "");
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
ask_buses (DroverCatalogueChild *child, GError **error)
{
  g_autoptr (JsonNode) answer = _drover_catalogue_ask (
    child, "human-monitor-command",
    _drover_catalogue_make_arguments ("command-line", "info qtree", FALSE), error);

  if (answer == NULL)
    return NULL;

  return g_variant_ref_sink (_drover_catalogue_parse_qtree (
    json_node_get_value_type (answer) == G_TYPE_STRING ? json_node_get_string (answer) : ""));
}

static GVariant *
ask_started (DroverCatalogueChild *child, const char *identity, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GVariant) buses = NULL;

  if (_drover_catalogue_greet (child, &local_error) &&
      (values = ask_values (child, &local_error)) != NULL &&
      (buses = ask_buses (child, &local_error)) != NULL)
    return g_variant_ref_sink (g_variant_new ("(s@a(ss)@a(sss))", identity, values, buses));

  g_propagate_error (error,
                     _drover_catalogue_child_explain (child, g_steal_pointer (&local_error)));
  return NULL;
}

/* @quiet leaves out what may keep a board from starting here and does not belong to it. */
static GVariant *
ask_board (const char *path, const char *machine, gboolean bare, gboolean quiet,
           const char *identity, GError **error)
{
  const char *options[7] = { "-machine", machine };
  g_autoptr (DroverCatalogueChild) child = NULL;
  guint n = 2;

  if (bare || quiet)
    options[n++] = "-nodefaults";
  if (quiet)
    {
      options[n++] = "-audio";
      options[n++] = "none";
    }
  child = _drover_catalogue_child_connect (path, options, LIMIT_MSEC, error);
  return child != NULL ? ask_started (child, identity, error) : NULL;
}

/* What a thread needs to ask, and the answer. */
#define ASKING_TYPE (asking_get_type ())
G_DECLARE_FINAL_TYPE (Asking, asking, DROVER, ASKING, GObject)

struct _Asking
{
  GObject parent_instance;

  DroverCatalogue *catalogue;
  char *program;
  char *machine;
  char *key;
  char *identity;
  char *file;
  gboolean bare;
  GVariant *data;
};

G_DEFINE_FINAL_TYPE (Asking, asking, G_TYPE_OBJECT)

static void
asking_finalize (GObject *object)
{
  Asking *asking = DROVER_ASKING (object);

  g_clear_object (&asking->catalogue);
  g_free (asking->program);
  g_free (asking->machine);
  g_free (asking->key);
  g_free (asking->identity);
  g_free (asking->file);
  g_clear_pointer (&asking->data, g_variant_unref);

  G_OBJECT_CLASS (asking_parent_class)->finalize (object);
}

static void
asking_class_init (AskingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = asking_finalize;
}

static void
asking_init (Asking *asking)
{
}

static gboolean
ask_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  Asking *asking = object;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) store_error = NULL;

  asking->data = ask_board (asking->program, asking->machine, asking->bare, FALSE,
                            asking->identity, NULL);
  if (asking->data == NULL)
    asking->data = ask_board (asking->program, asking->machine, asking->bare, TRUE,
                              asking->identity, error);
  if (asking->data == NULL)
    return FALSE;

  bytes = _drover_catalogue_pack (asking->data);
  if (!_drover_catalogue_store (bytes, asking->file, &store_error))
    g_info ("What %s has is not kept: %s", asking->machine, store_error->message);
  return TRUE;
}

/* Keeping */

static char *
make_key (const char *machine, gboolean bare)
{
  return g_strconcat (machine, bare ? " bare" : "", NULL);
}

/* The machine's own name: an alias is as good, and the default one need not be named. */
static const char *
find_name (DroverCatalogue *self, const char *machine)
{
  g_autoptr (GArray) machines = NULL;
  DroverCatalogueMachine found;

  if (machine != NULL)
    return drover_catalogue_find_machine (self, machine, &found) ? found.name : NULL;

  machines = drover_catalogue_list_machines (self);
  for (guint i = 0; i < machines->len; i++)
    if (g_array_index (machines, DroverCatalogueMachine, i).is_default)
      return g_array_index (machines, DroverCatalogueMachine, i).name;
  return NULL;
}

static Board *
find_board (DroverCatalogue *self, const char *machine, gboolean bare)
{
  GHashTable *boards = *_drover_catalogue_get_boards (self);
  const char *name = boards != NULL ? find_name (self, machine) : NULL;
  g_autofree char *key = name != NULL ? make_key (name, bare) : NULL;

  return key != NULL ? g_hash_table_lookup (boards, key) : NULL;
}

static Board *
add_board (DroverCatalogue *self, const char *key)
{
  GHashTable **boards = _drover_catalogue_get_boards (self);
  Board *board = g_new0 (Board, 1);

  if (*boards == NULL)
    *boards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, board_free);
  g_hash_table_insert (*boards, g_strdup (key), board);
  return board;
}

static DexFuture *
asked_cb (DexFuture *future, gpointer user_data)
{
  Asking *asking = user_data;
  Board *board = g_hash_table_lookup (*_drover_catalogue_get_boards (asking->catalogue),
                                      asking->key);
  g_autoptr (GError) error = NULL;

  dex_clear (&board->future);
  if (dex_future_get_value (future, &error) != NULL)
    {
      board->data = g_steal_pointer (&asking->data);
      return dex_future_new_true ();
    }

  board->error = g_error_copy (error);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

static char *
dup_file (const char *identity)
{
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, identity, -1);
  g_autofree char *name = g_strdup_printf ("%.16s.board", sum);

  return g_build_filename (folder, "catalogues", name, NULL);
}

static DexFuture *
ask (DroverCatalogue *self, Board *board, const char *name, gboolean bare, const char *key,
     const char *identity, const char *file)
{
  Asking *asking = g_object_new (ASKING_TYPE, NULL);

  asking->catalogue = g_object_ref (self);
  asking->program = g_strdup (drover_catalogue_get_program (self));
  asking->machine = g_strdup (name);
  asking->bare = bare;
  asking->key = g_strdup (key);
  asking->identity = g_strdup (identity);
  asking->file = g_strdup (file);
  board->future = dex_future_finally (drover_thread_run (asking, ask_in_thread, NULL), asked_cb,
                                      asking, g_object_unref);
  return dex_ref (board->future);
}

/**
 * drover_catalogue_load_board:
 * @machine: (nullable): a type of machine, or its alias; %NULL for the default one
 * @bare: whether `-nodefaults` is given
 *
 * Finds out what a type of machine has by itself. If that was found out before it is there at
 * once; else the machine is made, paused, and ended again, which takes a quarter of a second. To
 * be called in the main thread.
 *
 * Returns: (transfer full): a future of %TRUE. It is rejected with %DROVER_ERROR_PROGRAM_MISSING
 *   if there is no such type, and otherwise with what QEMU said: some boards do not start
 *   without a kernel or firmware
 */
DexFuture *
drover_catalogue_load_board (DroverCatalogue *self, const char *machine, gboolean bare)
{
  const char *program;
  g_autofree char *key = NULL;
  g_autofree char *identity = NULL;
  g_autofree char *file = NULL;
  const char *name;
  Board *board;

  dex_return_error_if_fail (DROVER_IS_CATALOGUE (self));

  if ((name = find_name (self, machine)) == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                                  _("This QEMU has no machine “%s”"),
                                  machine != NULL ? machine : "");

  board = find_board (self, name, bare);
  if (board != NULL && board->future != NULL)
    return dex_ref (board->future);
  if (board != NULL)
    return board->error != NULL ? dex_future_new_for_error (g_error_copy (board->error))
                                : dex_future_new_true ();

  key = make_key (name, bare);
  program = g_variant_get_string (_drover_catalogue_get_part (self, CATALOGUE_IDENTITY), NULL);
  identity = g_strconcat (program, key, NULL);
  file = dup_file (identity);
  board = add_board (self, key);
  board->data = _drover_catalogue_map_as (file, CATALOGUE_BOARD_TYPE, identity);
  if (board->data != NULL)
    return dex_future_new_true ();

  return ask (self, board, name, bare, key, identity, file);
}

/**
 * drover_catalogue_has_board:
 *
 * Returns: whether it is known what drover_catalogue_load_board() finds out
 */
gboolean
drover_catalogue_has_board (DroverCatalogue *self, const char *machine, gboolean bare)
{
  Board *board;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), FALSE);

  board = find_board (self, machine, bare);
  return board != NULL && board->data != NULL;
}

/**
 * drover_catalogue_get_board_error:
 *
 * Returns: (nullable): why QEMU could not make that machine with nothing added
 */
const GError *
drover_catalogue_get_board_error (DroverCatalogue *self, const char *machine, gboolean bare)
{
  Board *board;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);

  board = find_board (self, machine, bare);
  return board != NULL ? board->error : NULL;
}

/**
 * drover_catalogue_dup_board_value:
 * @property: a property of the machine, such as `usb`; `smp.cores` for a member of one
 *
 * Returns: (transfer full) (nullable): the value that it has when nobody sets it, as JSON; %NULL
 *   when that is not known, or the machine has not been loaded
 */
char *
drover_catalogue_dup_board_value (DroverCatalogue *self, const char *machine, gboolean bare,
                                  const char *property)
{
  const char *dot = strchr (property, '.');
  g_autofree char *own = dot != NULL ? g_strndup (property, dot - property) : g_strdup (property);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GVariant) values = NULL;
  const char *name, *json;
  GVariantIter iter;
  Board *board;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);

  board = find_board (self, machine, bare);
  if (board == NULL || board->data == NULL)
    return NULL;

  values = g_variant_get_child_value (board->data, 1);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &json))
    if (g_str_equal (name, own))
      {
        if (dot == NULL)
          return g_strdup (json);
        node = drover_json_parse (json, -1, NULL);
        if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
            !json_object_has_member (json_node_get_object (node), dot + 1))
          return NULL;
        return drover_json_to_text (
          json_object_get_member (json_node_get_object (node), dot + 1), FALSE);
      }

  return NULL;
}

/* A virtio device makes this one for its own other half. */
static gboolean
is_taken (const char *type)
{
  return g_str_equal (type, "virtio-pci-bus") || g_str_equal (type, "virtio-ccw-bus");
}

/**
 * drover_catalogue_list_board_buses:
 * @device: (nullable): a device; only those that it can plug into
 *
 * Returns: (transfer full) (element-type DroverCatalogueBoardBus): the buses that the machine
 *   brings along; empty when it has not been loaded. The array is the caller's own.
 */
GArray *
drover_catalogue_list_board_buses (DroverCatalogue *self, const char *machine, gboolean bare,
                                   const char *device)
{
  GArray *found = g_array_new (FALSE, TRUE, sizeof (DroverCatalogueBoardBus));
  DroverCatalogueDevice wanted = { NULL };
  g_autoptr (GVariant) buses = NULL;
  DroverCatalogueBoardBus bus;
  GVariantIter iter;
  Board *board;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), found);

  board = find_board (self, machine, bare);
  if (board == NULL || board->data == NULL ||
      (device != NULL &&
       (!drover_catalogue_find_device (self, device, &wanted) || wanted.bus == NULL)))
    return found;

  buses = g_variant_get_child_value (board->data, 2);
  g_variant_iter_init (&iter, buses);
  while (g_variant_iter_next (&iter, "(&s&s&s)", &bus.name, &bus.type, &bus.device))
    if (!is_taken (bus.type) &&
        (device == NULL || _drover_catalogue_is_kind_of_bus (self, bus.type, wanted.bus)))
      g_array_append_val (found, bus);
  return found;
}
