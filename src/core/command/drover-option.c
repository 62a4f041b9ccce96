/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-dex.h"
#include "drover-option.h"
#include "drover-program.h"

/* What a program needs at most to print its help; beyond that it is not QEMU. */
#define TIMEOUT_SECONDS 10
#define MAX_OUTPUT (4 * 1024 * 1024)

struct _DroverOptionTable
{
  gatomicrefcount ref_count;
  GHashTable *arities; /* name to DroverArity; NULL in the built-in table */
};

G_DEFINE_BOXED_TYPE (DroverOptionTable, drover_option_table, drover_option_table_ref,
                     drover_option_table_unref)

static DroverOptionTable *
table_new (GHashTable *arities)
{
  DroverOptionTable *self = g_new0 (DroverOptionTable, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->arities = arities;
  return self;
}

/**
 * drover_option_table_get_built_in:
 *
 * Returns: (transfer none): the table that needs no program
 */
DroverOptionTable *
drover_option_table_get_built_in (void)
{
  static DroverOptionTable built_in = { .ref_count = 1 };

  return &built_in;
}

/**
 * drover_option_table_ref:
 *
 * Returns: (transfer full): @self
 */
DroverOptionTable *
drover_option_table_ref (DroverOptionTable *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_option_table_unref:
 *
 * Drops one reference.
 */
void
drover_option_table_unref (DroverOptionTable *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->arities, g_hash_table_unref);
  g_free (self);
}

/**
 * drover_option_table_is_learnt:
 *
 * Returns: whether a program was asked; %FALSE for the built-in table
 */
gboolean
drover_option_table_is_learnt (DroverOptionTable *self)
{
  return self->arities != NULL;
}

static DroverArity
get_built_in_arity (const char *name)
{
  const DroverOption *option = drover_option_find (name);

  if (option == NULL)
    return DROVER_ARITY_UNKNOWN;
  return option->takes_value ? DROVER_ARITY_VALUE : DROVER_ARITY_NONE;
}

/**
 * drover_option_table_get_arity:
 * @name: an option without its dashes
 *
 * Of a learnt table the answer is the program's own for every option that it was asked about;
 * for others, and in the built-in table, it is what Drover knows of QEMU's options, old ones
 * included.
 *
 * Returns: whether the option takes a value
 */
DroverArity
drover_option_table_get_arity (DroverOptionTable *self, const char *name)
{
  gpointer arity;

  if (self->arities != NULL && g_hash_table_lookup_extended (self->arities, name, NULL, &arity))
    return GPOINTER_TO_INT (arity);

  return get_built_in_arity (name);
}

/* -help */

static void
note_help (GHashTable *arities, const char *name, gsize length, gboolean takes_value)
{
  g_hash_table_insert (arities, g_strndup (name, length),
                       GINT_TO_POINTER (takes_value ? DROVER_ARITY_VALUE : DROVER_ARITY_NONE));
}

/* `-m [size=]megs`, `-S              freeze CPU`, `-h or -help     display`, `-hda/-hdb file`:
 * what follows one blank is a value, what follows several is a description. */
static void
parse_help_line (GHashTable *arities, const char *line)
{
  const char *names = line;
  const char *p = line;
  gboolean takes_value;

  while (*p != '\0' && *p != ' ' && *p != '\t')
    p++;
  while (g_str_has_prefix (p, " or -"))
    p += 4 + strcspn (p + 4, " \t");

  takes_value = p[0] == ' ' && p[1] != '\0' && p[1] != ' ' && p[1] != '\t';
  for (const char *name = names; name < p; name++)
    {
      gsize length;

      while (name < p && *name == '-')
        name++;
      length = strcspn (name, " /");
      if (length > 0 && !(length == 2 && strncmp (name, "or", 2) == 0))
        note_help (arities, name, MIN (length, (gsize) (p - name)), takes_value);
      name += length;
    }
}

static GHashTable *
parse_help (const char *text)
{
  GHashTable *arities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '-' && lines[i][1] != '\0')
      parse_help_line (arities, lines[i]);

  return arities;
}

/* asking */

typedef struct
{
  char *program;
  GStrv names;
} Learning;

static void
learning_free (gpointer data)
{
  Learning *learning = data;

  g_free (learning->program);
  g_strfreev (learning->names);
  g_free (learning);
}

/* In a fiber: all that a run of the program prints. NULL when it cannot be started or does not
 * end in time. */
static char *
await_output (const char *path, const char *const *arguments)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) output = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) strv = NULL;
  GInputStream *pipe;
  const gint64 deadline = g_get_monotonic_time () + TIMEOUT_SECONDS * G_USEC_PER_SEC;

  g_strv_builder_add (argv, path);
  g_strv_builder_addv (argv, (const char **) arguments);
  strv = g_strv_builder_end (argv);
  process = g_subprocess_newv ((const char *const *) strv,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                               &error);
  if (process == NULL)
    {
      g_debug ("%s: %s", path, error->message);
      return NULL;
    }

  pipe = g_subprocess_get_stdout_pipe (process);
  while (output->len < MAX_OUTPUT)
    {
      g_autoptr (GBytes) bytes =
        dex_await_boxed (dex_future_first (dex_input_stream_read_bytes (pipe, 65536, 0),
                                           dex_timeout_new_deadline (deadline), NULL), &error);

      if (bytes == NULL || g_bytes_get_size (bytes) == 0)
        break;
      g_string_append_len (output, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }

  /* It closed its output, so it ends by itself; one that does not is no QEMU. */
  g_subprocess_force_exit (process);
  dex_await (dex_subprocess_wait_check (process), NULL);
  if (error != NULL)
    {
      g_debug ("%s: %s", path, error->message);
      return NULL;
    }

  return g_utf8_make_valid (output->str, output->len);
}

/* QEMU reads all its options before it does what the first one says: it prints its version or,
 * sooner, what is wrong with the second one. */
static DroverArity
await_arity (const char *path, const char *name, DroverArity otherwise)
{
  g_autofree char *option = g_strconcat ("-", name, NULL);
  const char *const arguments[] = { "-version", option, NULL };
  g_autofree char *output = await_output (path, arguments);

  if (output == NULL)
    return otherwise;
  if (strstr (output, ": requires an argument") != NULL)
    return DROVER_ARITY_VALUE;
  if (strstr (output, ": invalid option") != NULL)
    return DROVER_ARITY_UNKNOWN;

  return g_str_has_prefix (output, "QEMU emulator") ? DROVER_ARITY_NONE : otherwise;
}

/* The help's layout tells nearly always; the program itself always. It is asked about what is
 * in doubt. */
static void
await_names (GHashTable *arities, const char *path, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      DroverArity built_in = get_built_in_arity (names[i]);
      DroverArity help = GPOINTER_TO_INT (g_hash_table_lookup (arities, names[i]));

      if (help == DROVER_ARITY_UNKNOWN || help != built_in)
        g_hash_table_insert (arities, g_strdup (names[i]),
                             GINT_TO_POINTER (await_arity (path, names[i], built_in)));
    }
}

static DexFuture *
learn_fiber (gpointer data)
{
  static const char *const help[] = { "-help", NULL };
  const Learning *learning = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = drover_program_find (learning->program, &error);
  g_autofree char *output = path != NULL ? await_output (path, help) : NULL;
  DroverOptionTable *built_in = drover_option_table_get_built_in ();
  GHashTable *arities;

  if (output == NULL || strstr (output, "QEMU") == NULL)
    {
      g_debug ("not asked: %s", error != NULL ? error->message : learning->program);
      return dex_future_new_take_boxed (DROVER_TYPE_OPTION_TABLE,
                                        drover_option_table_ref (built_in));
    }

  arities = parse_help (output);
  await_names (arities, path, (const char *const *) learning->names);
  return dex_future_new_take_boxed (DROVER_TYPE_OPTION_TABLE, table_new (arities));
}

/**
 * drover_option_table_learn:
 * @program: a QEMU program, by name or path
 * @names: (array zero-terminated=1): options without dashes to be sure about
 *
 * Asks @program which options it has: its `-help` once, and for each of @names that this
 * leaves in doubt a run with `-version`, which takes some 10 ms.
 *
 * Returns: (transfer full): a future of a #DroverOptionTable: the built-in one when the
 *   program is not there or is not QEMU. It is not rejected.
 */
DexFuture *
drover_option_table_learn (const char *program, const char *const *names)
{
  Learning *learning;

  dex_return_error_if_fail (program != NULL);
  dex_return_error_if_fail (names != NULL);

  learning = g_new0 (Learning, 1);
  learning->program = g_strdup (program);
  learning->names = g_strdupv ((GStrv) names);
  return drover_dex_spawn (learn_fiber, learning, learning_free);
}
