/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "drover-machine-page.h"
#include "drover-test.h"

/* Opens sections and finds rows of the configuration, in the window of window-fixture.h. */

/**
 * configuration_get:
 *
 * Returns: (transfer none) (nullable): the configuration that is shown
 */
DroverConfigurationView *
configuration_get (DroverWindow *window)
{
  return (DroverConfigurationView *) window_find_type (window, DROVER_TYPE_CONFIGURATION_VIEW);
}

/**
 * configuration_open:
 *
 * Opens the configuration of the first machine.
 */
void
configuration_open (DroverWindow *window)
{
  GtkWidget *page;

  window_activate_row (window, 0);
  drover_test_until (window_find_type (window, DROVER_TYPE_MACHINE_PAGE) != NULL);
  page = window_find_type (window, DROVER_TYPE_MACHINE_PAGE);
  drover_machine_page_show_configuration (DROVER_MACHINE_PAGE (page));
  drover_test_until (configuration_get (window) != NULL);
}

/**
 * configuration_show:
 * @page: the name of a section
 */
void
configuration_show (DroverWindow *window, const char *page)
{
  drover_configuration_view_show_section (configuration_get (window), page);
}

/**
 * configuration_open_page:
 *
 * Goes from the sections to the page, where a narrow window shows one of them.
 */
void
configuration_open_page (DroverWindow *window)
{
  GtkWidget *split =
    window_find_type (configuration_get (window), ADW_TYPE_NAVIGATION_SPLIT_VIEW);

  adw_navigation_split_view_set_show_content (ADW_NAVIGATION_SPLIT_VIEW (split), TRUE);
}

/**
 * configuration_has_catalogue:
 *
 * Returns: whether QEMU has said what it offers
 */
gboolean
configuration_has_catalogue (DroverWindow *window)
{
  DroverConfig *config = drover_configuration_view_get_config (configuration_get (window));

  g_assert_null (drover_config_get_catalogue_error (config));
  return drover_config_get_catalogue (config) != NULL;
}

static GtkWidget *
find_row (GtkWidget *root, const char *setting)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (DROVER_IS_SETTING_ROW (root))
    return g_str_equal (drover_setting_row_get_setting (DROVER_SETTING_ROW (root))->id, setting)
             ? root
             : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, setting);

      if (found != NULL)
        return found;
    }

  return NULL;
}

/**
 * configuration_find_row:
 * @setting: its id
 *
 * Returns: (transfer none) (nullable): the row of that setting, when it is shown
 */
GtkWidget *
configuration_find_row (DroverWindow *window, const char *setting)
{
  return find_row (GTK_WIDGET (window), setting);
}

/**
 * configuration_find_in_row:
 * @setting: its id
 *
 * Returns: (transfer none): a control of that setting's row, once it is shown
 */
GtkWidget *
configuration_find_in_row (DroverWindow *window, const char *setting, GType type)
{
  GtkWidget *found;

  drover_test_until (configuration_find_row (window, setting) != NULL);
  found = window_find_type (configuration_find_row (window, setting), type);
  g_assert_nonnull (found);
  return found;
}

/**
 * configuration_find_row_called:
 *
 * Returns: (transfer none) (nullable): the row with that title, when it is shown
 */
GtkWidget *
configuration_find_row_called (DroverWindow *window, const char *title)
{
  GtkWidget *label = window_find_label (configuration_get (window), title);

  return label != NULL ? gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW) : NULL;
}

static gboolean
has_argv (const char *file, const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_auto (GStrv) argv = NULL;
  g_autofree char *joined = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return FALSE;

  document = drover_document_parse (text, -1, NULL);
  argv = document != NULL ? drover_document_dup_argv (document) : NULL;
  joined = argv != NULL ? g_strjoinv (" ", argv + 1) : NULL;
  return g_strcmp0 (joined, expected) == 0;
}

/**
 * configuration_assert_argv:
 * @file: a machine.json
 * @expected: the command line without the program, joined by spaces
 *
 * Waits until that is what the file says: what is typed is written after a pause.
 */
void
configuration_assert_argv (const char *file, const char *expected)
{
  g_test_message ("waiting for “%s”", expected);
  drover_test_until (has_argv (file, expected));
}
