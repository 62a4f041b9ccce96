/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-editor.h"
#include "drover-own-files.h"
#include "drover-error.h"

/* While somebody types, machine.json is written after a pause of this length and not for each
 * letter: a safe write waits for the disk. */
#define PAUSE_MSEC 300

/* More than anybody takes back; a document shares all that it has in common with its neighbours. */
#define MAX_STEPS 500

typedef struct
{
  DroverDocument *document; /* as it was before the step, or after it in the redo list */
  char *label;
} Step;

struct _DroverEditor
{
  GObject parent_instance;

  DroverMachine *machine; /* not owned: the machine has the editor */
  DroverDocument *document;
  DroverDocument *kept; /* what the file said, or was to say, before it was broken */
  gboolean kept_unwritten;
  GPtrArray *undo;
  GPtrArray *redo;
  char *merge;
  guint timeout;
  gboolean unwritten; /* the file does not say yet what the document says */
  gboolean saving;
};

G_DEFINE_FINAL_TYPE (DroverEditor, drover_editor, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DOCUMENT,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SAVE_FAILED,
  SETTLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
step_free (gpointer data)
{
  Step *step = data;

  drover_document_unref (step->document);
  g_free (step->label);
  g_free (step);
}

static void
push (GPtrArray *steps, DroverDocument *document, const char *label)
{
  Step *step = g_new0 (Step, 1);

  step->document = drover_document_ref (document);
  step->label = g_strdup (label);
  if (steps->len == MAX_STEPS)
    g_ptr_array_remove_index (steps, 0);
  g_ptr_array_add (steps, step);
}

static const char *
top_label (GPtrArray *steps)
{
  return steps->len > 0 ? ((Step *) steps->pdata[steps->len - 1])->label : NULL;
}

static void
show (DroverEditor *self, DroverDocument *document)
{
  DroverDocument *old = self->document;

  self->document = document != NULL ? drover_document_ref (document) : NULL;
  g_clear_pointer (&old, drover_document_unref);
  for (guint i = PROP_0 + 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

/* What was there before a change from outside, also one by way of a broken file, can be undone
 * to. */
static void
remember (DroverEditor *self, DroverDocument *document)
{
  DroverDocument *before = self->document != NULL ? self->document : self->kept;

  if (before != NULL && !drover_document_equal (document, before))
    {
      push (self->undo, before, _("Change by another program"));
      g_ptr_array_set_size (self->redo, 0);
    }
  g_clear_pointer (&self->kept, drover_document_unref);
  self->kept_unwritten = FALSE;
}

static void
keep (DroverEditor *self)
{
  if (self->document == NULL)
    return;

  g_clear_pointer (&self->kept, drover_document_unref);
  self->kept = drover_document_ref (self->document);
  self->kept_unwritten = self->unwritten;
}

/* A change from outside becomes a step like any other, so that what it replaced, even what was
 * typed and not yet written, can be had back. */
static void
document_changed_cb (DroverMachine *machine, GParamSpec *pspec, DroverEditor *self)
{
  DroverDocument *document = drover_machine_get_document (machine);

  g_assert (DROVER_IS_EDITOR (self));

  if (self->saving || document == self->document)
    return;

  if (document != NULL && self->document != NULL &&
      drover_document_equal (document, self->document))
    return;

  if (document != NULL)
    remember (self, document);
  else
    keep (self);
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->merge, g_free);
  self->unwritten = FALSE;
  show (self, document);

  if (document == NULL && self->kept_unwritten)
    g_signal_emit (self, signals[SAVE_FAILED], 0,
                   _("Another program broke the machine’s file. What you typed last is kept: once "
                     "the file is whole again, Undo brings it back."));
}

static void
drover_editor_dispose (GObject *object)
{
  DroverEditor *self = DROVER_EDITOR (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  G_OBJECT_CLASS (drover_editor_parent_class)->dispose (object);
}

static void
drover_editor_finalize (GObject *object)
{
  DroverEditor *self = DROVER_EDITOR (object);

  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->kept, drover_document_unref);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);
  g_clear_pointer (&self->merge, g_free);
  G_OBJECT_CLASS (drover_editor_parent_class)->finalize (object);
}

static void
drover_editor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverEditor *self = DROVER_EDITOR (object);

  switch (prop_id)
    {
    case PROP_DOCUMENT:
      g_value_set_boxed (value, self->document);
      break;
    case PROP_UNDO_LABEL:
      g_value_set_string (value, drover_editor_get_undo_label (self));
      break;
    case PROP_REDO_LABEL:
      g_value_set_string (value, drover_editor_get_redo_label (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_editor_class_init (DroverEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_editor_dispose;
  object_class->finalize = drover_editor_finalize;
  object_class->get_property = drover_editor_get_property;

  /**
   * DroverEditor:document:
   *
   * The machine as edited; %NULL while its file is broken.
   */
  properties[PROP_DOCUMENT] =
    g_param_spec_boxed ("document", NULL, NULL, DROVER_TYPE_DOCUMENT,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverEditor:undo-label:
   *
   * What would be undone, for people; %NULL when there is nothing.
   */
  properties[PROP_UNDO_LABEL] = g_param_spec_string (
    "undo-label", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverEditor:redo-label:
   *
   * What would be done again, for people; %NULL when there is nothing.
   */
  properties[PROP_REDO_LABEL] = g_param_spec_string (
    "redo-label", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverEditor::save-failed:
   * @message: why, for people
   *
   * What was typed could not be written after the pause. It is still in the editor.
   */
  signals[SAVE_FAILED] =
    g_signal_new ("save-failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * DroverEditor::settled:
   *
   * A change that was made here is complete: a step back or forth, one that stands alone, or
   * one whose typing is over. A running machine can be told of it.
   */
  signals[SETTLED] = g_signal_new ("settled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_editor_init (DroverEditor *self)
{
  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
}

/**
 * drover_editor_get_for_machine:
 * @machine: a machine
 *
 * The history of a machine's changes outlives the pages that show it.
 *
 * Returns: (transfer none): the one editor of @machine, which lives as long as the machine
 */
DroverEditor *
drover_editor_get_for_machine (DroverMachine *machine)
{
  DroverEditor *self = g_object_get_data (G_OBJECT (machine), "drover-editor");

  g_return_val_if_fail (DROVER_IS_MACHINE (machine), NULL);

  if (self != NULL)
    return self;

  self = g_object_new (DROVER_TYPE_EDITOR, NULL);
  self->machine = machine;
  if (drover_machine_get_document (machine) != NULL)
    self->document = drover_document_ref (drover_machine_get_document (machine));
  g_signal_connect_object (machine, "notify::document", G_CALLBACK (document_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_object_set_data_full (G_OBJECT (machine), "drover-editor", self, g_object_unref);
  return self;
}

/**
 * drover_editor_get_machine:
 *
 * Returns: (transfer none): the machine that is edited
 */
DroverMachine *
drover_editor_get_machine (DroverEditor *self)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), NULL);
  return self->machine;
}

/**
 * drover_editor_get_document:
 *
 * Returns: (transfer none) (nullable): the machine as edited; %NULL while its file is broken
 */
DroverDocument *
drover_editor_get_document (DroverEditor *self)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), NULL);
  return self->document;
}

/**
 * drover_editor_get_arguments:
 *
 * Returns: (transfer none) (nullable) (element-type DroverArgument): the arguments as edited
 */
GPtrArray *
drover_editor_get_arguments (DroverEditor *self)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), NULL);
  return self->document != NULL ? drover_document_get_arguments (self->document) : NULL;
}

static gboolean
save (DroverEditor *self, DroverDocument *document, GError **error)
{
  gboolean saved;

  g_clear_handle_id (&self->timeout, g_source_remove);
  self->saving = TRUE;
  saved = drover_machine_save (self->machine, document, error);
  self->saving = FALSE;
  if (saved)
    self->unwritten = FALSE;
  return saved;
}

/**
 * drover_editor_flush:
 * @error: set when machine.json could not be written
 *
 * Writes what was typed and still waits for a pause, or could not be written after it, as before
 * a start. When another program has changed the file meanwhile, that counts from now on, and what
 * was typed can be had back with drover_editor_undo().
 *
 * Returns: whether all is written
 */
gboolean
drover_editor_flush (DroverEditor *self, GError **error)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), FALSE);

  if (self->kept_unwritten)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s was broken by another program, so what you typed last is not written"),
                   drover_machine_get_file (self->machine));
      return FALSE;
    }

  if (!self->unwritten || save (self, self->document, error))
    return TRUE;

  drover_machine_reload (self->machine);
  return FALSE;
}

static gboolean
pause_over_cb (gpointer user_data)
{
  DroverEditor *self = DROVER_EDITOR (user_data);
  g_autoptr (GError) error = NULL;

  if (!drover_editor_flush (self, &error))
    g_signal_emit (self, signals[SAVE_FAILED], 0, error->message);

  return G_SOURCE_REMOVE;
}

/**
 * drover_editor_apply:
 * @document: the machine as it is to be
 * @label: what the change is, for the undo menu: “Memory size”
 * @merge: (nullable): changes in a row with the same key are one step to undo, and are
 *   written after a short pause; %NULL for a change that stands alone
 * @error: set when machine.json could not be written; then nothing has changed
 *
 * Makes a change, writes it, and remembers how it was.
 *
 * Returns: whether the machine is now as @document says
 */
gboolean
drover_editor_apply (DroverEditor *self, DroverDocument *document, const char *label,
                     const char *merge, GError **error)
{
  gboolean merges = merge != NULL && g_strcmp0 (merge, self->merge) == 0 && self->undo->len > 0;

  g_return_val_if_fail (DROVER_IS_EDITOR (self), FALSE);

  if (self->document != NULL && drover_document_equal (document, self->document))
    return TRUE;

  if (merge == NULL || self->document == NULL)
    {
      if (!save (self, document, error))
        return FALSE;
    }
  else
    {
      g_clear_handle_id (&self->timeout, g_source_remove);
      self->timeout = g_timeout_add (PAUSE_MSEC, pause_over_cb, self);
      self->unwritten = TRUE;
    }

  if (!merges && self->document != NULL)
    push (self->undo, self->document, label);
  g_ptr_array_set_size (self->redo, 0);
  g_set_str (&self->merge, merge);
  show (self, document);
  if (merge == NULL)
    g_signal_emit (self, signals[SETTLED], 0);
  return TRUE;
}

/**
 * drover_editor_apply_arguments:
 * @arguments: (element-type DroverArgument): the new list; not to be changed afterwards
 *
 * drover_editor_apply() for a change of the arguments alone.
 *
 * Returns: whether the machine now has these arguments
 */
gboolean
drover_editor_apply_arguments (DroverEditor *self, GPtrArray *arguments, const char *label,
                               const char *merge, GError **error)
{
  g_autoptr (DroverDocument) document = NULL;

  g_return_val_if_fail (DROVER_IS_EDITOR (self) && self->document != NULL, FALSE);

  document = drover_document_with_arguments (self->document, arguments);
  return drover_editor_apply (self, document, label, merge, error);
}

/* A file that Drover made is its own also when the argument is taken back that names it. */
static DroverDocument *
keep_own_files (DroverDocument *document, DroverDocument *current)
{
  g_auto (GStrv) names = drover_own_files_dup (current);

  return drover_own_files_add (document, (const char *const *) names);
}

static gboolean
step_back (DroverEditor *self, GPtrArray *from, GPtrArray *to, GError **error)
{
  g_autoptr (DroverDocument) document = NULL;
  Step *step;

  if (from->len == 0 || self->document == NULL)
    return FALSE;

  step = from->pdata[from->len - 1];
  document = keep_own_files (step->document, self->document);
  if (!save (self, document, error))
    return FALSE;

  push (to, self->document, step->label);
  g_clear_pointer (&self->merge, g_free);
  step_free (g_ptr_array_steal_index (from, from->len - 1));
  show (self, document);
  g_signal_emit (self, signals[SETTLED], 0);
  return TRUE;
}

/**
 * drover_editor_undo:
 *
 * Takes the last change back.
 *
 * Returns: whether something was taken back; %FALSE without @error when there is nothing
 */
gboolean
drover_editor_undo (DroverEditor *self, GError **error)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), FALSE);
  return step_back (self, self->undo, self->redo, error);
}

/**
 * drover_editor_redo:
 *
 * Makes the change again that was taken back last.
 *
 * Returns: whether something was done again; %FALSE without @error when there is nothing
 */
gboolean
drover_editor_redo (DroverEditor *self, GError **error)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), FALSE);
  return step_back (self, self->redo, self->undo, error);
}

/**
 * drover_editor_get_undo_label:
 *
 * Returns: (nullable): what drover_editor_undo() would take back
 */
const char *
drover_editor_get_undo_label (DroverEditor *self)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), NULL);
  return top_label (self->undo);
}

/**
 * drover_editor_get_redo_label:
 *
 * Returns: (nullable): what drover_editor_redo() would do again
 */
const char *
drover_editor_get_redo_label (DroverEditor *self)
{
  g_return_val_if_fail (DROVER_IS_EDITOR (self), NULL);
  return top_label (self->redo);
}

/**
 * drover_editor_end_merge:
 *
 * The next change is a step of its own, as after the focus has left an entry.
 */
void
drover_editor_end_merge (DroverEditor *self)
{
  g_return_if_fail (DROVER_IS_EDITOR (self));

  if (self->merge == NULL)
    return;

  g_clear_pointer (&self->merge, g_free);
  g_signal_emit (self, signals[SETTLED], 0);
}
