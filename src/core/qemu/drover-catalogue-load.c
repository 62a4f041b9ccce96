/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>

#include "drover-catalogue-private.h"
#include "drover-program.h"
#include "drover-thread.h"

/* Where a catalogue comes from: from who has it already, from its file, or from the program. */

/* A busy host with a cold disk may need several seconds; this is only for what hangs. */
#define LIMIT_MSEC 60000

/* The catalogues that are in use, and those that are being built, so that nobody does it twice.
 * Only the main thread loads. */
static GHashTable *in_use;   /* identity → GWeakRef */
static GHashTable *building; /* identity → DexFuture */

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DroverCatalogue *
find_in_use (const char *identity)
{
  GWeakRef *weak = in_use != NULL ? g_hash_table_lookup (in_use, identity) : NULL;

  return weak != NULL ? g_weak_ref_get (weak) : NULL;
}

static void
remember (DroverCatalogue *self, const char *identity)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  if (in_use == NULL)
    in_use = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, weak_ref_free);
  g_weak_ref_init (weak, self);
  g_hash_table_replace (in_use, g_strdup (identity), weak);
}

/* What a thread needs to build a catalogue, and what it came to. */
#define LOAD_TYPE (load_get_type ())
G_DECLARE_FINAL_TYPE (Load, load, DROVER, LOAD, GObject)

struct _Load
{
  GObject parent_instance;

  char *program;
  char *identity;
  char *file;
  guint limit_msec;
  GVariant *data;
};

G_DEFINE_FINAL_TYPE (Load, load, G_TYPE_OBJECT)

static void
load_finalize (GObject *object)
{
  Load *load = DROVER_LOAD (object);

  g_free (load->program);
  g_free (load->identity);
  g_free (load->file);
  g_clear_pointer (&load->data, g_variant_unref);

  G_OBJECT_CLASS (load_parent_class)->finalize (object);
}

static void
load_class_init (LoadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = load_finalize;
}

static void
load_init (Load *load)
{
}

/* That the file cannot be written is worth a line in the log only. */
static gboolean
build_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  Load *load = object;
  g_autoptr (GVariant) built =
    _drover_catalogue_build (load->program, load->identity, load->limit_msec, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) store_error = NULL;

  if (built == NULL)
    return FALSE;

  bytes = _drover_catalogue_pack (built);
  if (!_drover_catalogue_store (bytes, load->file, &store_error))
    g_info ("The catalogue of %s is not kept: %s", load->program, store_error->message);
  else
    load->data = _drover_catalogue_map (load->file, load->identity);
  /* Somebody may have replaced the file meanwhile. */
  if (load->data == NULL)
    load->data = _drover_catalogue_unpack (bytes, load->identity);
  return TRUE;
}

static DexFuture *
built_cb (DexFuture *future, gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (GError) error = NULL;
  DroverCatalogue *self;

  g_hash_table_remove (building, load->identity);
  if (dex_future_get_value (future, &error) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  self = _drover_catalogue_new (load->data, load->program);
  remember (self, load->identity);
  return dex_future_new_take_object (self);
}

static DexFuture *
build (const char *path, const char *identity, const char *file, guint limit_msec)
{
  DexFuture *future;
  Load *load;

  if (building == NULL)
    building = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  future = g_hash_table_lookup (building, identity);
  if (future != NULL)
    return dex_ref (future);

  load = g_object_new (LOAD_TYPE, NULL);
  load->program = g_strdup (path);
  load->identity = g_strdup (identity);
  load->file = g_strdup (file);
  load->limit_msec = limit_msec;
  future = dex_future_finally (drover_thread_run (load, build_in_thread, NULL), built_cb, load,
                               g_object_unref);
  g_hash_table_insert (building, g_strdup (identity), dex_ref (future));
  return future;
}

static DexFuture *
load_path (const char *path, guint limit_msec)
{
  g_autofree char *identity = _drover_catalogue_dup_identity (path);
  g_autofree char *file = _drover_catalogue_dup_file (path);
  g_autoptr (GVariant) data = NULL;
  DroverCatalogue *self = find_in_use (identity);

  if (self != NULL)
    return dex_future_new_take_object (self);
  if ((data = _drover_catalogue_map (file, identity)) == NULL)
    return build (path, identity, file, limit_msec);

  self = _drover_catalogue_new (data, path);
  remember (self, identity);
  return dex_future_new_take_object (self);
}

/*
 * _drover_catalogue_load:
 * @limit_msec: after how many milliseconds the program counts as hung
 *
 * drover_catalogue_load() with a time limit of one's own.
 */
DexFuture *
_drover_catalogue_load (const char *program, guint limit_msec)
{
  g_autofree char *path = NULL;
  g_autofree char *owned = NULL;
  g_autoptr (GError) error = NULL;
  char *real_path;

  if ((path = drover_program_find (program, &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  real_path = realpath (path, NULL);
  owned = g_strdup (real_path != NULL ? real_path : path);
  free (real_path);
  return load_path (owned, limit_msec);
}

/**
 * drover_catalogue_load:
 * @program: a QEMU program, by name or path
 *
 * Finds out what @program can do. If that was found out before, and neither the program nor its
 * modules have changed, it is there at once; else the program is asked, which takes about half a
 * second. To be called in the main thread.
 *
 * Returns: (transfer full): a future of a #DroverCatalogue. It is rejected with
 *   %DROVER_ERROR_PROGRAM_MISSING if there is no such program, with %DROVER_ERROR_START_FAILED
 *   if it is not QEMU or dies, and with %DROVER_QMP_ERROR_TIMEOUT if it hangs; it is ended then
 */
DexFuture *
drover_catalogue_load (const char *program)
{
  dex_return_error_if_fail (program != NULL);
  return _drover_catalogue_load (program, LIMIT_MSEC);
}

/* What a thread needs to ask for a model's flags, and the answer. */
#define EXPANSION_TYPE (expansion_get_type ())
G_DECLARE_FINAL_TYPE (Expansion, expansion, DROVER, EXPANSION, GObject)

struct _Expansion
{
  GObject parent_instance;

  DroverCatalogue *catalogue;
  char *cpu;
  JsonNode *answer;
};

G_DEFINE_FINAL_TYPE (Expansion, expansion, G_TYPE_OBJECT)

static void
expansion_finalize (GObject *object)
{
  Expansion *expansion = DROVER_EXPANSION (object);

  g_clear_object (&expansion->catalogue);
  g_free (expansion->cpu);
  g_clear_pointer (&expansion->answer, json_node_unref);

  G_OBJECT_CLASS (expansion_parent_class)->finalize (object);
}

static void
expansion_class_init (ExpansionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = expansion_finalize;
}

static void
expansion_init (Expansion *expansion)
{
}

static gboolean
expand_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  Expansion *expansion = object;

  expansion->answer = _drover_catalogue_expand_cpu (drover_catalogue_get_program (expansion->catalogue),
                                                    expansion->cpu, LIMIT_MSEC, error);
  return expansion->answer != NULL;
}

/* The "props" of what a model was expanded to. */
static JsonObject *
get_expanded (JsonNode *answer)
{
  JsonNode *node = answer;
  const char *const path[] = { "model", "props" };

  for (guint i = 0; i < G_N_ELEMENTS (path) && node != NULL; i++)
    node = JSON_NODE_HOLDS_OBJECT (node)
             ? json_object_get_member (json_node_get_object (node), path[i]) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static DexFuture *
expanded_cb (DexFuture *future, gpointer user_data)
{
  Expansion *expansion = user_data;
  GArray *flags = drover_catalogue_list_cpu_flags (expansion->catalogue, expansion->cpu);
  JsonObject *props = get_expanded (expansion->answer);

  for (guint i = 0; props != NULL && i < flags->len; i++)
    {
      DroverCatalogueProperty *flag = &g_array_index (flags, DroverCatalogueProperty, i);
      JsonNode *has = json_object_get_member (props, flag->name);

      if (has != NULL && json_node_get_value_type (has) == G_TYPE_BOOLEAN)
        flag->default_value = json_node_get_boolean (has) ? "true" : "false";
    }

  return dex_future_new_take_boxed (G_TYPE_ARRAY, flags);
}

/**
 * drover_catalogue_load_cpu_flags:
 * @cpu: a CPU model
 *
 * drover_catalogue_list_cpu_flags(), and which of them the model has by itself. QEMU must be
 * started for that, which takes some 50 ms.
 *
 * Returns: (transfer full): a future of a boxed #GArray of #DroverCatalogueProperty, whose
 *   default values are `true`, `false`, or %NULL where QEMU does not tell. The texts live as
 *   long as the catalogue.
 */
DexFuture *
drover_catalogue_load_cpu_flags (DroverCatalogue *self, const char *cpu)
{
  Expansion *expansion;

  dex_return_error_if_fail (DROVER_IS_CATALOGUE (self));
  dex_return_error_if_fail (cpu != NULL);

  expansion = g_object_new (EXPANSION_TYPE, NULL);
  expansion->catalogue = g_object_ref (self);
  expansion->cpu = g_strdup (cpu);
  return dex_future_then (drover_thread_run (expansion, expand_in_thread, NULL), expanded_cb,
                          expansion, g_object_unref);
}
