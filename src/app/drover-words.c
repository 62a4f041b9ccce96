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
 * drover_words_for_uptime:
 * @seconds: for how long a machine has been on; -1 when that is not known
 *
 * Returns: (transfer full) (nullable): it in minutes, hours and days; %NULL below a minute
 */
char *
drover_words_for_uptime (gint64 seconds)
{
  int minutes = seconds / 60;
  int days = minutes / 60 / 24;

  if (minutes < 1)
    return NULL;
  if (minutes < 60)
    /* Translators: minutes */
    return g_strdup_printf (_("%d min"), minutes);
  if (days < 1)
    /* Translators: hours and minutes */
    return g_strdup_printf (_("%d h %d min"), minutes / 60, minutes % 60);

  return g_strdup_printf (ngettext ("%d day", "%d days", days), days);
}

static void
add_word (GString *text, const char *word)
{
  if (word == NULL)
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, word);
}

static char *
dup_words_for_live (DroverRun *run)
{
  GString *text = g_string_new (NULL);
  DroverTrouble *trouble = drover_run_get_trouble (run);
  gboolean running = drover_run_is_running (run);
  g_autofree char *uptime =
    running ? drover_words_for_uptime (drover_run_get_uptime (run)) : NULL;

  add_word (text, trouble != NULL ? trouble->title
                                  : drover_words_for_state (drover_run_get_state (run)));
  add_word (text, uptime);
  if (drover_run_is_disposable (run))
    add_word (text, _("nothing is kept"));
  return g_string_free_and_steal (text);
}

/**
 * drover_words_for_run:
 *
 * Returns: (transfer full): the state of @run for people, for how long it has run, and what is
 *   wrong with it, also with the file of a broken machine
 */
char *
drover_words_for_run (DroverRun *run)
{
  DroverMachine *machine = drover_run_get_machine (run);

  if (drover_machine_get_error (machine) != NULL && drover_run_is_off (run))
    return g_strdup (drover_words_for_state ("broken"));
  if (drover_run_is_off (run) && drover_run_get_trouble (run) != NULL)
    return g_strdup (drover_run_get_trouble (run)->title);
  if (drover_run_get_error (run) != NULL && drover_run_is_off (run))
    return g_strdup (_("Failed"));

  return dup_words_for_live (run);
}
