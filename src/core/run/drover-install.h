/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverInstallState:
 * @DROVER_INSTALL_STATE_NONE: nothing is installed by itself in this machine
 * @DROVER_INSTALL_STATE_PENDING: the first start will install
 * @DROVER_INSTALL_STATE_RUNNING: the installer runs, or ran when it was last looked at
 * @DROVER_INSTALL_STATE_FINISHED: the system is installed
 * @DROVER_INSTALL_STATE_FAILED: the installer gave up, or was ended before it was through
 *
 * The member `install.state` of a machine's document.
 */
typedef enum
{
  DROVER_INSTALL_STATE_NONE,
  DROVER_INSTALL_STATE_PENDING,
  DROVER_INSTALL_STATE_RUNNING,
  DROVER_INSTALL_STATE_FINISHED,
  DROVER_INSTALL_STATE_FAILED,
} DroverInstallState;

DroverInstallState drover_document_get_install_state (DroverDocument *document);
const char        *drover_document_get_install_user  (DroverDocument *document);
guint16            drover_document_get_ssh_port      (DroverDocument *document);

GStrv              drover_machine_dup_ssh_argv       (DroverMachine *machine, GError **error);

#define DROVER_TYPE_INSTALL (drover_install_get_type ())
G_DECLARE_FINAL_TYPE (DroverInstall, drover_install, DROVER, INSTALL, GObject)

DroverInstall     *drover_install_get_for_run  (DroverRun     *run);
DexFuture         *drover_install_settle       (DroverInstall *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture         *drover_install_when_begun   (DroverInstall *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean           drover_install_get_presses_key (DroverInstall *self);
DroverInstallState drover_install_get_state    (DroverInstall *self);
const char        *drover_install_get_text     (DroverInstall *self);
double             drover_install_get_fraction (DroverInstall *self);
gboolean           drover_install_get_asking   (DroverInstall *self);
const char        *drover_install_get_error    (DroverInstall *self);

G_END_DECLS
