/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-run-truth.h"
#include "drover-words.h"

typedef struct
{
  const char *word;
  const char *text;
} Word;

/* Drover's own states, then QMP's RunState (qapi/run-state.json). */
static const Word states[] = {
  { DROVER_STATE_OFF, N_("Off") },
  { DROVER_STATE_STARTING, N_("Starting") },
  { DROVER_STATE_NOT_ANSWERING, N_("Does not answer") },
  { "broken", N_("File is broken") },
  { "running", N_("Running") },
  { "paused", N_("Paused") },
  { "prelaunch", N_("Ready, not started yet") },
  { "inmigrate", N_("Loading a saved state") },
  { "postmigrate", N_("Saved") },
  { "finish-migrate", N_("Saving") },
  { "restore-vm", N_("Restoring a snapshot") },
  { "save-vm", N_("Saving a snapshot") },
  { "suspended", N_("Sleeping") },
  { "shutdown", N_("Shut down, QEMU still on") },
  { "io-error", N_("Stopped by a disk error") },
  { "internal-error", N_("Stopped by an error in QEMU") },
  { "guest-panicked", N_("The guest crashed") },
  { "watchdog", N_("Stopped by its watchdog") },
  { "debug", N_("Stopped by a debugger") },
  { "colo", N_("Replicating") },
};

static const Word accelerators[] = {
  { "tcg", N_("Emulated (TCG)") },       { "kvm", N_("Hardware (KVM)") },
  { "hvf", N_("Hardware (HVF)") },       { "whpx", N_("Hardware (WHPX)") },
  { "nvmm", N_("Hardware (NVMM)") },     { "xen", N_("Hardware (Xen)") },
};

/* QMP's ShutdownCause. */
static const Word ends[] = {
  { "guest-shutdown", N_("The guest shut itself down.") },
  { "guest-reset", N_("The guest restarted, and its arguments end QEMU then.") },
  { "guest-panic", N_("The guest crashed.") },
  { "host-qmp-quit", N_("It was forced off.") },
  { "host-signal", N_("A signal ended QEMU.") },
  { "host-ui", N_("QEMU was quit from its console or window.") },
};

static const char *
look_up (const Word *words, guint n_words, const char *word)
{
  for (guint i = 0; i < n_words; i++)
    if (g_strcmp0 (words[i].word, word) == 0)
      return _(words[i].text);

  return NULL;
}

/**
 * drover_words_for_state:
 * @state: a state of a #DroverRun
 *
 * Returns: it for people; of a state that is new to this Drover QMP's own word
 */
const char *
drover_words_for_state (const char *state)
{
  const char *text = look_up (states, G_N_ELEMENTS (states), state);

  return text != NULL ? text : state;
}

/**
 * drover_words_for_accelerator:
 * @accelerator: (nullable): such as `tcg`
 *
 * Returns: it for people
 */
const char *
drover_words_for_accelerator (const char *accelerator)
{
  const char *text = look_up (accelerators, G_N_ELEMENTS (accelerators), accelerator);

  if (text != NULL)
    return text;

  return accelerator != NULL ? accelerator : _("As the arguments say");
}

/**
 * drover_words_show_badge:
 * @label: a label with the style `badge`
 * @run: a run
 *
 * Has @label say whether the guest’s processors are this computer’s or emulated, as QEMU itself
 * says, and why; empty where nothing is known.
 */
void
drover_words_show_badge (GtkLabel *label, DroverRun *run)
{
  const char *accelerator = drover_run_get_accelerator (run);
  const char *badge = drover_run_truth_get_badge (accelerator);
  const char *classes[] = { "badge", badge, NULL };
  g_autofree char *tooltip = NULL;

  gtk_widget_set_css_classes (GTK_WIDGET (label), classes);
  gtk_widget_set_visible (GTK_WIDGET (label), badge != NULL && drover_run_is_live (run));
  if (badge == NULL)
    return;

  tooltip = g_strdup_printf ("%s\n%s", drover_words_for_accelerator (accelerator),
                             drover_run_get_accelerator_reason (run) != NULL
                               ? drover_run_get_accelerator_reason (run) : "");
  /* Translators: a badge: the guest’s processors are this computer’s, or emulated. */
  gtk_label_set_label (label, g_str_equal (badge, "hardware") ? C_("badge", "hardware")
                                                              : C_("badge", "emulated"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), g_strchomp (tooltip));
}

/**
 * drover_words_for_end:
 * @shutdown_reason: (nullable): QMP's ShutdownCause
 *
 * Returns: (nullable): a sentence for people
 */
const char *
drover_words_for_end (const char *shutdown_reason)
{
  return look_up (ends, G_N_ELEMENTS (ends), shutdown_reason);
}

/**
 * drover_words_for_run:
 *
 * Returns: (transfer full): the state of @run for people, that of a broken machine included
 */
char *
drover_words_for_run (DroverRun *run)
{
  DroverMachine *machine = drover_run_get_machine (run);

  if (drover_machine_get_error (machine) != NULL && drover_run_is_off (run))
    return g_strdup (drover_words_for_state ("broken"));
  if (drover_run_get_error (run) != NULL && drover_run_is_off (run))
    return g_strdup (_("Failed"));

  return g_strdup (drover_words_for_state (drover_run_get_state (run)));
}
