import type { Topic } from './content.ts';

export const topics: readonly Topic[] = [
  {
    id: 'start',
    title: 'Before buying',
    answers: [
      {
        id: 'what',
        question: 'What is an eSIM?',
        words: 'electronic virtual sim card',
        text: [
          'A SIM card without the card: the phone loads it over the internet. It gives mobile internet abroad, and your own SIM stays where it is.',
        ],
      },
      {
        id: 'device',
        question: 'Does my phone support eSIM?',
        words: 'iphone samsung pixel huawei xiaomi compatible compatibility model',
        text: [
          'Dial *#06#: if the list shows an EID, it does. Almost every iPhone since XS and XR, Samsung Galaxy since S20 and Google Pixel since 4 take it.',
          'iPhones made for mainland China do not, and a phone locked to one operator takes only that operator’s.',
        ],
      },
      {
        id: 'number',
        question: 'Do I get a phone number?',
        words: 'call sms text',
        text: ['No. It is internet only: no number, no calls, no text messages. Calls in messengers work.'],
      },
      {
        id: 'when',
        question: 'When do the days begin?',
        words: 'start activation validity advance expire',
        text: [
          'With most plans, at the first connection in the country; then you can buy in advance. The plan says so before you pay.',
          'A plan that was never connected lapses a year after the purchase.',
        ],
      },
      {
        id: 'where',
        question: 'Where does it work?',
        words: 'countries coverage abroad region',
        text: [
          'Only in the countries of the plan. Plans of a region list all theirs; several countries on one trip are often cheaper with one of those.',
        ],
      },
      {
        id: 'hotspot',
        question: 'Can I share it with a laptop?',
        words: 'tether tethering share modem',
        text: ['Most networks allow a hotspot; some do not. What is shared counts as used.'],
      },
      {
        id: 'unlimited',
        question: 'What does unlimited mean?',
        words: 'speed limit throttle traffic gigabyte',
        text: [
          'So much a day at full speed, then slower until the next day. How much, and how slow, is written on the plan.',
        ],
      },
    ],
  },
  {
    id: 'install',
    title: 'Installing',
    answers: [
      {
        id: 'how',
        question: 'How do I install it?',
        words: 'installation activate set up setup add qr',
        text: [
          'Be on Wi-Fi, open the eSIM under “My eSIMs” and press “Activate”. On a phone it is one tap; on another screen, scan the QR code with the phone’s camera.',
        ],
      },
      {
        id: 'by-hand',
        question: 'The camera does not read the code',
        words: 'scan scanner manual manually qr does not scan',
        text: [
          'Enter it by hand: under “By hand” are the SM-DP+ address and the activation code. The phone asks for them when you choose “Enter details manually”.',
        ],
      },
      {
        id: 'keep-sim',
        question: 'What happens to my own SIM?',
        words: 'main physical primary sim roaming',
        text: [
          'It stays. Keep it for calls and messages, and choose the eSIM for mobile data. Turn the data of your own SIM off abroad.',
        ],
      },
      {
        id: 'second-phone',
        question: 'Can I put it into two phones?',
        words: 'tablet transfer move',
        text: ['No: one eSIM works in one phone. For a second phone buy a second one.'],
      },
      {
        id: 'new-phone',
        question: 'I have a new phone, or deleted the eSIM',
        words: 'lost removed erased transfer changed phone',
        text: [
          'If the code was never used, install it as usual. If it was, try the same QR code again: some operators allow it. If the phone refuses, write to us.',
        ],
      },
    ],
  },
  {
    id: 'trouble',
    title: 'No internet',
    answers: [
      {
        id: 'no-internet',
        question: 'It is installed, but there is no internet',
        words: 'not working does not work no network no signal no connection offline roaming apn vpn',
        text: [
          'Open the eSIM and tap “Not working?”: it reads the state and names the cause.',
          '– Turn the line on and choose it for data.',
          '– Allow data roaming for this line: it costs nothing extra.',
          '– Turn flight mode on for ten seconds and off.',
          '– Choose another network by hand.',
        ],
      },
      {
        id: 'slow',
        question: 'It is slow',
        words: 'speed lag bad connection loading',
        text: [
          'Choose another network by hand, or restart the phone. On unlimited plans it is slower once the day’s share is used; the next day it is fast again.',
        ],
      },
      {
        id: 'no-install',
        question: 'The phone says that the eSIM cannot be added',
        words: 'error cannot install not activating locked fails',
        text: [
          'Check that there is Wi-Fi and that the phone is not locked to an operator. Remove an old eSIM if the phone has no room for another. If it says that the code is used, look whether the line is there already.',
        ],
      },
      {
        id: 'usage-late',
        question: 'The phone shows other figures of usage',
        words: 'left remaining traffic gigabytes balance',
        text: [
          'Operators report with a delay of minutes, sometimes of an hour, and count traffic that the phone does not. The time of the figure stands beside it.',
        ],
      },
    ],
  },
  {
    id: 'money',
    title: 'Money and Stars',
    answers: [
      {
        id: 'stars',
        question: 'What are Stars, and how do I get them?',
        words: 'buy pay card dollars',
        text: [
          'Telegram’s own money. If you have too few, Telegram offers to buy them when you pay: by card, or in the app store. You can also buy them in Settings → My Stars.',
        ],
      },
      {
        id: 'price',
        question: 'Is anything charged later?',
        words: 'subscription charge cost expensive renewal',
        text: [
          'Nothing. The price in Stars is the whole price, and when the data is used up it simply stops. The dollars beside it say what that many Stars cost about.',
        ],
      },
      {
        id: 'refunds',
        question: 'Refunds',
        words: 'money back return cancel refund',
        text: [
          'All Stars come back by themselves if the eSIM or the top-up is not delivered within {deadline}. So does a second payment of the same order.',
          'An eSIM that was not installed and does not work for a reason on our side is refunded in full. Data that was used is not.',
          'If it does not work, tap “Not working?” in the eSIM. If that does not help, write to us: a person decides. After a refund of a delivered eSIM its plan stops working.',
          'Refunds are made in Stars, to your balance in Telegram; “Purchases” shows the date.',
        ],
      },
      {
        id: 'not-delivered',
        question: 'I have paid, and there is no eSIM',
        words: 'did not arrive receive order charged missing where',
        text: [
          'Usually it takes seconds. Open the order under “Purchases”: it shows what is going on and when the Stars come back at the latest. You need not write to anyone.',
        ],
      },
      {
        id: 'receipt',
        question: 'Where is the receipt?',
        words: 'invoice bill proof confirmation',
        text: [
          'Every order, with its price, date and number, is under “Purchases”; what was charged is in Telegram under Settings → My Stars. A receipt for the Stars themselves comes from whoever sold them to you.',
        ],
      },
      {
        id: 'top-up',
        question: 'How does a top-up work?',
        words: 'add extend more data refill renew run out',
        text: [
          'It comes to the eSIM you have; nothing to install. If a plan is running, the new one waits until it ends and adds no days to it. If it has ended, the new one starts at the next connection.',
          'An eSIM without a plan for half a year is deleted by the operator; then a new one is needed.',
        ],
      },
    ],
  },
  {
    id: 'terms',
    title: 'Documents',
    answers: [
      {
        id: 'terms',
        question: 'Terms of sale',
        words: 'rules agreement contract',
        text: [
          'We sell prepaid mobile data as an eSIM. It gives internet only: no phone number, no calls, no text messages.',
          'The price is in Telegram Stars and is final: nothing is charged later.',
          'Your phone must support eSIM and must not be locked to one operator.',
          'A plan that was never connected lapses a year after the purchase.',
          'If the eSIM or the top-up is not delivered within {deadline}, all the Stars come back by themselves.',
          'An eSIM that was not installed and does not work for a reason on our side is refunded in full. Data that was used is not. After a refund the plan stops working.',
          'Buying means agreeing to these terms. Telegram does not answer for this shop; we do. For questions about a payment, see “Contact” below or send /paysupport to the bot.',
        ],
      },
      {
        id: 'privacy',
        question: 'Privacy',
        words: 'personal policy security gdpr',
        text: [
          'We keep your Telegram id and language, your purchases, and the eSIMs you bought: their names, what is left, the country of the last network. Also the steps towards a purchase in the shop, and errors of the app, so that we can mend it.',
          'Activation codes are stored encrypted. So is an e-mail address that you give: it serves for one letter and is erased once that is sent, or after two days if it could not be.',
          'We do not see your card, your messages or the sites you visit. About you the operator receives only the number of the order: no name and no Telegram id.',
          'The eSIMs you opened are also kept on this device, so that they open without a network; another user of the device does not see them.',
          'To have your data deleted, press “Delete my data” below, or send /deletedata to the bot. The books keep the Telegram id, what was bought and when, the amounts and the numbers of payments and eSIMs.',
        ],
      },
    ],
  },
];
