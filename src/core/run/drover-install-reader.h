/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the answers that Drover gives make an installer write when it is through. */
#define DROVER_INSTALL_MARKER "drover: installed"

/**
 * DroverInstallReader:
 * @text: (nullable): what the installer does, in its own words; the question, when it asks one
 * @fraction: how much of that it has done, 0 to 1; negative when it does not tell
 * @asking: whether it waits for somebody to answer
 * @installed: whether it said that the system is installed
 *
 * Reads what installers write to a serial console: Debian's in its text form, Ubuntu's, and
 * cloud-init. The other members are its own.
 */
typedef struct
{
  char *text;
  double fraction;
  gboolean asking;
  gboolean installed;

  GString *line;
  char *previous;
  char *title;
  guint escape;
} DroverInstallReader;

DroverInstallReader *drover_install_reader_new  (void);
void                 drover_install_reader_free (DroverInstallReader *self);
gboolean             drover_install_reader_feed (DroverInstallReader *self, const char *data,
                                                 gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverInstallReader, drover_install_reader_free)

G_END_DECLS
