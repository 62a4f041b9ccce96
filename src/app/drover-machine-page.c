/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-activity-view.h"
#include "drover-clock.h"
#include "drover-configuration-view.h"
#include "drover-console-pane.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-changes-dialog.h"
#include "drover-install-bar.h"
#include "drover-machine-page.h"
#include "drover-media-button.h"
#include "drover-power-bar.h"
#include "drover-shell.h"
#include "drover-trouble-bar.h"
#include "drover-words.h"

/* One machine: its console while it runs, what it is while it does not, and what went wrong. */
struct _DroverMachinePage
{
  AdwBin parent_instance;

  DroverRun *run;
  gboolean narrow;

  AdwWindowTitle *title;
  DroverPowerBar *header_power;
  DroverPowerBar *bottom_power;
  DroverMediaButton *media;
  AdwBanner *banner;
  DroverInstallBar *install_bar;
  DroverTroubleBar *trouble_bar;
  AdwInlineViewSwitcher *switcher;
  AdwViewStack *views;
  AdwBin *configuration;
  AdwBin *activity;
  GtkStack *stack;
  AdwStatusPage *off_page;
  AdwActionRow *accelerator_row;
  AdwActionRow *command_row;
  DroverConsolePane *pane;
  AdwStatusPage *failed_page;
  GtkLabel *failed_message;
  GtkButton *failed_button;
  GtkWidget *blocker_button;
  AdwBanner *service_banner;
  GtkWidget *status_bar;
  GtkLabel *state;
  GtkMenuButton *accelerator;
  GtkLabel *accelerator_reason;
};

G_DEFINE_FINAL_TYPE (DroverMachinePage, drover_machine_page, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
drover_machine_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, DROVER_MACHINE_PAGE (object)->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_machine_page_set_property (GObject *object, guint prop_id, const GValue *value,
                                  GParamSpec *pspec)
{
  DroverMachinePage *self = DROVER_MACHINE_PAGE (object);

  switch (prop_id)
    {
    case PROP_NARROW:
      if (self->narrow != g_value_get_boolean (value))
        {
          self->narrow = g_value_get_boolean (value);
          /* The names of all views do not fit side by side; they are in the tooltips then. */
          adw_inline_view_switcher_set_display_mode (
            self->switcher, self->narrow ? ADW_INLINE_VIEW_SWITCHER_ICONS
                                         : ADW_INLINE_VIEW_SWITCHER_LABELS);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_machine_page_dispose (GObject *object)
{
  DroverMachinePage *self = DROVER_MACHINE_PAGE (object);

  /* It writes what was typed last, and we hear of that. */
  if (self->configuration != NULL)
    adw_bin_set_child (self->configuration, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_MACHINE_PAGE);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_machine_page_parent_class)->dispose (object);
}

static gboolean
is_shown (DroverMachinePage *self, const char *view)
{
  return g_strcmp0 (adw_view_stack_get_visible_child_name (self->views), view) == 0;
}

static void
update_banner (DroverMachinePage *self)
{
  const char *end = drover_words_for_end (drover_run_get_shutdown_reason (self->run));

  adw_banner_set_title (self->banner, end != NULL ? end : _("The machine is off."));
  adw_banner_set_revealed (self->banner,
                           is_shown (self, "console") && drover_run_is_off (self->run) &&
                             drover_run_get_trouble (self->run) == NULL &&
                             g_str_equal (gtk_stack_get_visible_child_name (self->stack), "console"));
}

/* The other views are made when they are looked at for the first time: the configuration asks
 * QEMU for all that it offers. */
static void
view_changed_cb (DroverMachinePage *self)
{
  if (self->run == NULL)
    return;

  if (is_shown (self, "configuration") && adw_bin_get_child (self->configuration) == NULL)
    adw_bin_set_child (self->configuration,
                       GTK_WIDGET (drover_configuration_view_new (self->run)));
  if (is_shown (self, "activity") && adw_bin_get_child (self->activity) == NULL)
    adw_bin_set_child (self->activity, drover_activity_view_new (self->run));
  update_banner (self);
}

static void
drover_machine_page_class_init (DroverMachinePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_machine_page_dispose;
  object_class->get_property = drover_machine_page_get_property;
  object_class->set_property = drover_machine_page_set_property;

  /**
   * DroverMachinePage:narrow:
   *
   * Whether the power buttons stand below the content instead of in the header.
   */
  properties[PROP_NARROW] =
    g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (DROVER_TYPE_CONSOLE_PANE);
  g_type_ensure (DROVER_TYPE_INSTALL_BAR);
  g_type_ensure (DROVER_TYPE_MEDIA_BUTTON);
  g_type_ensure (DROVER_TYPE_TROUBLE_BAR);
  g_type_ensure (DROVER_TYPE_POWER_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/drover-machine-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, title);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, header_power);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, bottom_power);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, media);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, banner);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, install_bar);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, trouble_bar);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, switcher);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, views);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, configuration);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, activity);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, off_page);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, accelerator_row);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, command_row);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, pane);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, failed_page);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, failed_message);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, failed_button);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, blocker_button);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, service_banner);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, status_bar);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, state);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, accelerator);
  gtk_widget_class_bind_template_child (widget_class, DroverMachinePage, accelerator_reason);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
}

static void
drover_machine_page_init (DroverMachinePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* It stays until the machine is off or started anew: what the guest lost does not come back before
 * that. */
static void
update_service_banner (DroverMachinePage *self)
{
  const char *message = NULL;
  gboolean failed = drover_run_get_failed_service (self->run, &message) != NULL &&
                    drover_run_is_live (self->run);

  if (failed)
    adw_banner_set_title (self->service_banner, message);
  adw_banner_set_revealed (self->service_banner, failed);
}

/* What is shown */

static const char *
choose_page (DroverMachinePage *self)
{
  gboolean broken = drover_machine_get_error (drover_run_get_machine (self->run)) != NULL;

  if (drover_run_is_live (self->run))
    return "console";
  if (g_str_equal (drover_run_get_state (self->run), DROVER_STATE_NOT_ANSWERING))
    return "failed";
  if (!drover_run_is_off (self->run))
    return "starting";
  if (broken || drover_run_get_error (self->run) != NULL)
    return "failed";

  return drover_console_pane_has_consoles (self->pane) ? "console" : "off";
}

static void
update_failed (DroverMachinePage *self)
{
  DroverMachine *machine = drover_run_get_machine (self->run);
  const GError *broken = drover_machine_get_error (machine);
  const GError *error = broken != NULL ? broken : drover_run_get_error (self->run);

  if (error == NULL)
    return;

  if (broken != NULL && g_error_matches (broken, DROVER_ERROR, DROVER_ERROR_SAME_IDENTITY))
    {
      adw_status_page_set_title (self->failed_page, _("Two Machines With One Identity"));
      adw_status_page_set_description (
        self->failed_page,
        _("With an identity of its own this machine can be used beside the other one."));
      gtk_button_set_label (self->failed_button, _("_Give It a New Identity"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->failed_button), "win.renew-identity");
    }
  else if (broken != NULL)
    {
      g_autofree char *file = g_markup_escape_text (drover_machine_get_file (machine), -1);
      g_autofree char *left_alone =
        g_strdup_printf (_("%s cannot be understood. It was left as it is; the machine comes back "
                           "once the file is repaired."),
                         file);

      adw_status_page_set_title (self->failed_page, _("The Machine’s File Is Broken"));
      adw_status_page_set_description (self->failed_page, left_alone);
      gtk_button_set_label (self->failed_button, _("Open _Folder"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->failed_button), "win.open-folder");
    }
  else if (!drover_run_is_off (self->run))
    {
      adw_status_page_set_title (self->failed_page, _("QEMU Does Not Answer"));
      adw_status_page_set_description (self->failed_page, NULL);
      gtk_button_set_label (self->failed_button, _("_Try Again"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->failed_button), "win.reconnect");
    }
  else if (drover_run_get_trouble (self->run) != NULL)
    {
      DroverTrouble *trouble = drover_run_get_trouble (self->run);
      g_autofree char *text = drover_trouble_dup_text (trouble);
      g_autofree char *title = g_markup_escape_text (trouble->title, -1);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      adw_status_page_set_title (self->failed_page, title);
      adw_status_page_set_description (self->failed_page, escaped);
      gtk_button_set_label (self->failed_button, _("_Start"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->failed_button), "win.start");
    }
  else
    {
      gboolean own_words = g_error_matches (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);

      adw_status_page_set_title (self->failed_page,
                                 own_words ? _("QEMU Failed") : _("Could Not Start"));
      adw_status_page_set_description (self->failed_page,
                                       own_words ? _("This is what it said:") : NULL);
      gtk_button_set_label (self->failed_button, _("_Try Again"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->failed_button), "win.start");
    }
  gtk_widget_set_visible (self->blocker_button, drover_run_get_blocker (self->run) != NULL);
  gtk_label_set_label (self->failed_message, error->message);
}

static void
update_accelerator (DroverMachinePage *self)
{
  const char *reason = drover_run_get_accelerator_reason (self->run);
  const char *text = reason != NULL
                       ? drover_words_for_accelerator (drover_run_get_accelerator (self->run))
                       : _("Being tested…");

  gtk_menu_button_set_label (self->accelerator, text);
  gtk_label_set_label (self->accelerator_reason, reason != NULL ? reason : "");
  adw_action_row_set_subtitle (self->accelerator_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->accelerator), reason != NULL);
  if (reason != NULL)
    {
      g_autofree char *both = g_strdup_printf ("%s\n%s", text, reason);

      adw_action_row_set_subtitle (self->accelerator_row, both);
    }
}

static void
update_command (DroverMachinePage *self)
{
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (self->run));
  g_auto (GStrv) argv = document != NULL ? drover_document_dup_argv (document) : NULL;
  g_autofree char *command =
    argv != NULL ? drover_shell_from_argv ((const char *const *) argv) : NULL;

  adw_action_row_set_subtitle (self->command_row, command != NULL ? command : "");
}

static void
update_state (DroverMachinePage *self)
{
  g_autofree char *state = drover_words_for_run (self->run);

  adw_window_title_set_subtitle (self->title, state);
  gtk_label_set_label (self->state, state);
}

/* The stack gives the focus to the first that takes it, the message, which selects all of it. */
static void
show_page (DroverMachinePage *self, const char *page)
{
  GtkWidget *focus;

  if (g_str_equal (gtk_stack_get_visible_child_name (self->stack), page))
    return;

  gtk_stack_set_visible_child_name (self->stack, page);
  focus = gtk_widget_get_focus_child (GTK_WIDGET (self->stack));
  if (g_str_equal (page, "failed") && focus != NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->failed_button));
      gtk_label_select_region (self->failed_message, 0, 0);
    }
}

static void
update (DroverMachinePage *self)
{
  const char *name = drover_machine_get_name (drover_run_get_machine (self->run));
  const char *page;
  g_autofree char *escaped = NULL;

  drover_console_pane_update (self->pane);
  page = choose_page (self);
  adw_window_title_set_title (self->title, name);
  update_state (self);
  escaped = g_markup_escape_text (name, -1);
  adw_status_page_set_title (self->off_page, escaped);
  gtk_widget_set_visible (GTK_WIDGET (self->switcher),
                          drover_machine_get_error (drover_run_get_machine (self->run)) == NULL);
  if (!gtk_widget_get_visible (GTK_WIDGET (self->switcher)))
    adw_view_stack_set_visible_child_name (self->views, "console");
  update_failed (self);
  update_accelerator (self);
  update_command (self);
  show_page (self, page);
  update_banner (self);
  update_service_banner (self);
  gtk_widget_set_visible (self->status_bar, !g_str_equal (page, "off") &&
                                              !g_str_equal (page, "failed"));
  drover_power_bar_update (self->header_power, self->run);
  drover_power_bar_update (self->bottom_power, self->run);
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, DroverMachinePage *self)
{
  g_assert (DROVER_IS_MACHINE_PAGE (self));

  update (self);
  if (drover_run_is_live (run))
    drover_console_pane_attach (self->pane);
}

/* A changed file may change what the machine would run with. */
static void
document_changed_cb (DroverMachine *machine, GParamSpec *pspec, DroverMachinePage *self)
{
  g_assert (DROVER_IS_MACHINE_PAGE (self));

  update (self);
  if (drover_run_is_off (self->run))
    drover_dex_forget (drover_run_choose_accelerator (self->run));
}

/* Which of the two happened: one change is named, of several it is said how many. */
static void
applied_cb (DroverMachinePage *self, GPtrArray *results)
{
  g_autofree char *text = drover_changes_dup_outcome (results);

  g_assert (DROVER_IS_MACHINE_PAGE (self));

  if (text != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

/**
 * drover_machine_page_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): the page of that machine
 */
DroverMachinePage *
drover_machine_page_new (DroverRun *run)
{
  DroverMachinePage *self = g_object_new (DROVER_TYPE_MACHINE_PAGE, NULL);

  self->run = g_object_ref (run);
  drover_console_pane_set_run (self->pane, run);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (run, "notify::accelerator", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::trouble", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_clock_get (), "minute", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "service-failed", G_CALLBACK (update_service_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_run_get_machine (run), "notify::document",
                           G_CALLBACK (document_changed_cb), self, G_CONNECT_DEFAULT);
  document_changed_cb (drover_run_get_machine (run), NULL, self);
  g_signal_connect_object (drover_hot_get_for_run (run), "applied", G_CALLBACK (applied_cb), self,
                           G_CONNECT_SWAPPED);
  drover_media_button_set_run (self->media, run);
  drover_install_bar_set_run (self->install_bar, run);
  drover_trouble_bar_set_run (self->trouble_bar, run);
  return self;
}

static DroverConfigurationView *
show_configuration (DroverMachinePage *self)
{
  adw_view_stack_set_visible_child_name (self->views, "configuration");
  return DROVER_CONFIGURATION_VIEW (adw_bin_get_child (self->configuration));
}

/**
 * drover_machine_page_show_configuration:
 *
 * Opens the machine's configuration.
 *
 * Returns: (transfer none): what its views share
 */
DroverConfig *
drover_machine_page_show_configuration (DroverMachinePage *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_PAGE (self), NULL);
  return drover_configuration_view_get_config (show_configuration (self));
}

/**
 * drover_machine_page_show_activity:
 * @page: a page of it, such as `graphs`
 *
 * Opens what the machine does.
 *
 * Returns: (transfer none): the widget of the page
 */
GtkWidget *
drover_machine_page_show_activity (DroverMachinePage *self, const char *page)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_PAGE (self), NULL);

  adw_view_stack_set_visible_child_name (self->views, "activity");
  return drover_activity_view_show_page (
    DROVER_ACTIVITY_VIEW (adw_bin_get_child (self->activity)), page);
}

/**
 * drover_machine_page_check:
 *
 * Opens the machine's configuration, and asks QEMU what it says to it.
 */
void
drover_machine_page_check (DroverMachinePage *self)
{
  g_return_if_fail (DROVER_IS_MACHINE_PAGE (self));
  drover_configuration_view_check (show_configuration (self));
}

/**
 * drover_machine_page_show_terminal:
 *
 * Shows the guest's first text console, ready to be typed into.
 *
 * Returns: whether it has one
 */
gboolean
drover_machine_page_show_terminal (DroverMachinePage *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_PAGE (self), FALSE);

  if (!drover_console_pane_show_first (self->pane))
    return FALSE;

  adw_view_stack_set_visible_child_name (self->views, "console");
  gtk_stack_set_visible_child_name (self->stack, "console");
  drover_console_pane_focus (self->pane);
  return TRUE;
}

/**
 * drover_machine_page_connect_ssh:
 * @error: set when nothing is known to lead into the guest
 *
 * Opens a shell in the guest, beside its consoles.
 *
 * Returns: whether it is tried
 */
gboolean
drover_machine_page_connect_ssh (DroverMachinePage *self, GError **error)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_PAGE (self), FALSE);

  if (!drover_console_pane_connect_ssh (self->pane, error))
    return FALSE;

  adw_view_stack_set_visible_child_name (self->views, "console");
  gtk_stack_set_visible_child_name (self->stack, "console");
  drover_console_pane_focus (self->pane);
  return TRUE;
}
