/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-document.h"
#include "drover-machine.h"
#include "drover-service.h"

G_BEGIN_DECLS

/* A machine's TPM: its arguments are saved like any others, and the member `services.tpm` says
 * that Drover runs the emulator, swtpm, for it. */

#define DROVER_TPM_1_2 "1.2"
#define DROVER_TPM_2_0 "2.0"

/**
 * DroverTpmReading:
 * @tpmdev: index of the first `-tpmdev emulator`, or -1
 * @chardev: index of the `-chardev` that it speaks through, or -1
 * @device: index of the `-device` that shows it to the guest, or -1
 * @socket: (nullable): the path where it expects the emulator to listen
 * @model: (nullable): the device
 *
 * What the arguments say of a TPM.
 */
typedef struct
{
  int tpmdev;
  int chardev;
  int device;
  char *socket;
  char *model;
} DroverTpmReading;

void               drover_tpm_read          (GPtrArray *arguments, DroverTpmReading *reading);
void               drover_tpm_reading_clear (DroverTpmReading *self);

const char        *drover_tpm_get_version   (DroverDocument *document);
DroverDocument    *drover_tpm_apply         (DroverDocument *document, const char *version,
                                             const char *machine, DroverCatalogue *catalogue,
                                             GError **error);
const char        *drover_tpm_choose_device (const char *program, const char *machine,
                                             const char *version, DroverCatalogue *catalogue,
                                             GError **error);

gboolean           drover_tpm_is_installed  (GError **error);
char              *drover_tpm_dup_state_dir (const char *folder, const char *version);
gboolean           drover_tpm_has_state     (const char *folder, const char *version);
gboolean           drover_tpm_reset         (const char *folder, const char *version,
                                             GError **error);
void               drover_tpm_delete_states (const char *folder);

DroverServicePlan *drover_tpm_plan          (DroverMachine *machine, DroverDocument *document,
                                             const char *log_dir, GError **error);
gboolean           drover_tpm_check_listener (DroverDocument *document, const char *directory,
                                             GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DroverTpmReading, drover_tpm_reading_clear)

G_END_DECLS
